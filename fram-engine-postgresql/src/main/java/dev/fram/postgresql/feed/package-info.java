// SPDX-License-Identifier: Apache-2.0

/**
 * Positions, transaction ids and the visibility rule that decides what the feed applies (ALGORITHMS
 * A1).
 */
@NullMarked
package dev.fram.postgresql.feed;

import org.jspecify.annotations.NullMarked;
