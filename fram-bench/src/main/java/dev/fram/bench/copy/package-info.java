// SPDX-License-Identifier: Apache-2.0

/** The first transfer: Fram, other tools, and the limit that the servers set. */
@NullMarked
package dev.fram.bench.copy;

import org.jspecify.annotations.NullMarked;
