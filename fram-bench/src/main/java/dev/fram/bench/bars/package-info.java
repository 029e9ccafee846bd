// SPDX-License-Identifier: Apache-2.0
/** Every measurement in one run, and what each should come to. */
@NullMarked
package dev.fram.bench.bars;

import org.jspecify.annotations.NullMarked;
