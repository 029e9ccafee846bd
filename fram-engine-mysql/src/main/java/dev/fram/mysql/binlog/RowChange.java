// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of one row: the payload of {@code FeedEvent.Row}. The images are full, in the column
 * order of the table's {@link TableMap}; anything less stops the feed.
 *
 * @param table the table
 * @param op what happened
 * @param foreignKeys whether the session that wrote it checked foreign keys (and cascaded)
 * @param before the row before; empty for INSERT
 * @param after the row after; empty for DELETE
 */
public record RowChange(
    TableId table, Op op, ForeignKeys foreignKeys, List<Value> before, List<Value> after) {
  private static final int KINDS = ForeignKeys.values().length;

  public RowChange {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /** What happened. */
  public enum Op {
    INSERT,
    UPDATE,
    DELETE
  }

  /** The event's flags NO_FOREIGN_KEY_CHECKS_F and USE_SQL_FOREIGN_KEY_F. */
  public enum ForeignKeys {
    /** By the storage engine: what cascades is not in the log. */
    CHECKED,
    UNCHECKED,
    /** By the SQL layer (MySQL 9.6 and newer): what cascades is in the log, as rows of its own. */
    LOGGED
  }

  @SuppressWarnings("EnumOrdinal") // never leaves this version: see PayloadWriter
  public byte[] payload() {
    PayloadWriter out = new PayloadWriter();
    out.number(op.ordinal() * KINDS + foreignKeys.ordinal());
    out.text(table.schema());
    out.text(table.name());
    image(out, before);
    image(out, after);
    return out.bytes();
  }

  public static RowChange read(byte[] payload) {
    PayloadReader in = new PayloadReader(payload);
    int kind = in.count();
    return new RowChange(
        new TableId(in.text(), in.text()),
        Op.values()[kind / KINDS],
        ForeignKeys.values()[kind % KINDS],
        image(in),
        image(in));
  }

  private static void image(PayloadWriter out, List<Value> values) {
    out.number(values.size());
    values.forEach(out::value);
  }

  private static List<Value> image(PayloadReader in) {
    int count = in.count();
    List<Value> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(in.value());
    }
    return values;
  }
}
