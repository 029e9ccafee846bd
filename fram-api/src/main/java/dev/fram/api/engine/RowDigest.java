// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/**
 * One row, or several equal ones of a table that has no key.
 *
 * @param key the row's key in the engine's own notation, the same on both servers and the same that
 *     {@link TouchedRows} is told; empty where the table has no key
 * @param high the upper half of the row's digest
 * @param low the lower half
 * @param rows how many rows; 1 where there is a key
 */
public record RowDigest(String key, long high, long low, long rows) {}
