// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.Optional;

/**
 * One value of one row.
 *
 * @param column the column's name
 * @param digest changes when the value does; tells NULL from the empty text
 * @param shown the value's text, where the reader may show values
 */
public record ColumnDigest(String column, long digest, Optional<String> shown) {}
