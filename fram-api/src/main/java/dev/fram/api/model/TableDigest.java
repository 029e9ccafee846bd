// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

/**
 * A fingerprint of a table's rows that does not depend on their order: equal tables have equal
 * digests; sums, not XOR, so that pairs of equal rows do not cancel out.
 *
 * @param rows exact number of rows
 * @param high sum of the upper halves of the rows' digests, modulo 2^64
 * @param low sum of the lower halves, modulo 2^64
 */
public record TableDigest(long rows, long high, long low) {}
