// SPDX-License-Identifier: Apache-2.0
/** What is larger than the heap. */
@NullMarked
package dev.fram.bench.heap;

import org.jspecify.annotations.NullMarked;
