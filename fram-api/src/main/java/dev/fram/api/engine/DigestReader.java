// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Reads one server's rows at one moment, as digests: the same rows give the same digests on both
 * servers, whatever the order of rows or columns and whatever the collation. A row's bucket is a
 * function of its key, or of the whole row where the table has no key. Owned by one thread.
 *
 * <p>All methods: {@link FramException} with a transient code, or SNAPSHOT_BROKEN when the table
 * was rewritten or dropped since the moment; CONFIG_INVALID when the server cannot read the
 * condition of a span's part.
 */
public interface DigestReader {
  /** The buckets that hold rows, by number. */
  List<BucketDigest> buckets(Span span, int buckets);

  /** Every row of these buckets; in no order. */
  List<RowDigest> rows(Span span, int buckets, Set<Integer> wanted);

  /** The rows with these keys, as far as they are there. */
  List<RowDigest> rows(TableId table, Collection<String> keys);

  /** The values of one row, by column name; empty when there is no such row. */
  List<ColumnDigest> columns(TableId table, String key);
}
