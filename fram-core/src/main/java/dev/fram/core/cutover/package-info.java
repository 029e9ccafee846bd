// SPDX-License-Identifier: Apache-2.0

/** The move itself: one small class a step, undone before the hand-over, forward after it. */
@NullMarked
package dev.fram.core.cutover;

import org.jspecify.annotations.NullMarked;
