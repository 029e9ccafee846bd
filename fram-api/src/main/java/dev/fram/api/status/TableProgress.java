// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.status;

/**
 * How far the copy of one table is. Not part of {@link Status}, which stays small however many
 * tables there are.
 *
 * @param table {@code schema.table}
 * @param stage {@code pending}, {@code copying}, {@code copied} (indexes to come) or {@code ready}
 * @param activity {@code copy} or {@code index} while that goes on; else empty
 * @param rows rows copied
 * @param bytes bytes copied
 * @param expectedBytes estimate of the bytes to copy
 */
public record TableProgress(
    String table, String stage, String activity, long rows, long bytes, long expectedBytes) {}
