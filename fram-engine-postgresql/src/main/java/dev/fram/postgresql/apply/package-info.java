// SPDX-License-Identifier: Apache-2.0

/**
 * Writes the feed's transactions to the target: the fences, the folding of changes by key, the
 * set-based statements and what happens when one of them is refused (ALGORITHMS A1, A4, C).
 */
@NullMarked
package dev.fram.postgresql.apply;

import org.jspecify.annotations.NullMarked;
