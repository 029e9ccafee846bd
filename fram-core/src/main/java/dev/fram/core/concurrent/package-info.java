// SPDX-License-Identifier: Apache-2.0

/** Named threads that are owned and joined, and the clock. */
@NullMarked
package dev.fram.core.concurrent;

import org.jspecify.annotations.NullMarked;
