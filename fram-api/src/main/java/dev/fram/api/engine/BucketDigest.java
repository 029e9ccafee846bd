// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/**
 * The rows of one bucket of a span. Sums, not XOR, so that pairs of equal rows do not cancel out.
 *
 * @param bucket its number, from 0
 * @param rows exact number of rows
 * @param high sum of the upper halves of the rows' digests, modulo 2^64
 * @param low sum of the lower halves, modulo 2^64
 */
public record BucketDigest(int bucket, long rows, long high, long low) {}
