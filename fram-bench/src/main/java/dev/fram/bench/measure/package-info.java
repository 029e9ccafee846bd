// SPDX-License-Identifier: Apache-2.0

/** What a process used, how long it took, and what that means over several rounds. */
@NullMarked
package dev.fram.bench.measure;

import org.jspecify.annotations.NullMarked;
