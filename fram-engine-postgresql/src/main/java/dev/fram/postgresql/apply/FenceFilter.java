// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.RowMessage;
import dev.fram.postgresql.pgoutput.Tuple;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Leaves out what a copy already holds. An update between two key chunks is two decisions: its
 * DELETE half by the old key's chunk, its INSERT half by the new key's. Stateless but for the
 * fences.
 */
final class FenceFilter {
  private final Fences fences;

  FenceFilter(Fences fences) {
    this.fences = fences;
  }

  /**
   * What is to be applied of a change; empty when the copy holds it already.
   *
   * @throws VoidCopy when a row moved into a chunk and not all of it was sent
   */
  Optional<RowOp> filter(Relation relation, RowMessage message, long xid) throws VoidCopy {
    return switch (message) {
      case RowMessage.Insert insert ->
          sees(relation, insert.row(), xid)
              ? Optional.empty()
              : Optional.of(new RowOp.Insert(insert.row()));
      case RowMessage.Delete delete ->
          sees(relation, delete.old(), xid)
              ? Optional.empty()
              : Optional.of(new RowOp.Delete(delete.old()));
      case RowMessage.Update update -> update(relation, update, xid);
    };
  }

  /** Whether a TRUNCATE is to be applied. */
  boolean truncates(Relation relation, long xid) throws VoidCopy {
    return switch (fences.of(relation.table())) {
      case Fences.TableFence.Whole whole -> !whole.snapshot().sees(xid);
      case Fences.TableFence.ByKey byKey ->
          !byKey
              .chunks()
              .allSee(xid)
              .orElseThrow(() ->
                  new VoidCopy(
                      relation.table(), OptionalInt.empty(), "was emptied while it was copied"));
    };
  }

  private Optional<RowOp> update(Relation relation, RowMessage.Update update, long xid)
      throws VoidCopy {
    Tuple old = update.old().orElse(update.row());
    Tuple row = filled(relation, old, update.row());
    boolean oldSeen = sees(relation, old, xid);
    boolean rowSeen = sees(relation, row, xid);
    if (oldSeen && rowSeen) {
      return Optional.empty();
    }
    if (!oldSeen && !rowSeen) {
      return Optional.of(new RowOp.Update(old, row));
    }
    if (rowSeen) {
      return Optional.of(new RowOp.Delete(old));
    }
    if (row.hasHoles()) {
      throw new VoidCopy(
          relation.table(),
          chunk(relation, row),
          "has a row that moved between chunks, with a value that was not sent again");
    }
    return Optional.of(new RowOp.Insert(row));
  }

  /**
   * Under FULL the old row holds what the new one leaves out. Otherwise it is the old key: the key
   * columns are sent there, and left out of the new row, when they are stored out of line.
   */
  private static Tuple filled(Relation relation, Tuple old, Tuple row) {
    if (!row.hasHoles() || old == row) {
      return row;
    }
    boolean full = relation.identity() == Relation.Identity.FULL;
    int[] columns =
        java.util.stream.IntStream.range(0, relation.columns().size())
            .filter(i -> full || relation.columns().get(i).key())
            .toArray();
    return row.filledFrom(old, columns);
  }

  private boolean sees(Relation relation, Tuple row, long xid) {
    return switch (fences.of(relation.table())) {
      case Fences.TableFence.Whole whole -> whole.snapshot().sees(xid);
      case Fences.TableFence.ByKey byKey ->
          byKey.chunks().of(key(relation, byKey, row)).snapshot().sees(xid);
    };
  }

  private OptionalInt chunk(Relation relation, Tuple row) {
    return switch (fences.of(relation.table())) {
      case Fences.TableFence.Whole whole -> OptionalInt.empty();
      case Fences.TableFence.ByKey byKey ->
          OptionalInt.of(byKey.chunks().of(key(relation, byKey, row)).number());
    };
  }

  /**
   * @throws FramException SCHEMA_DRIFT when the rows can no longer be told apart by chunk
   */
  private static String key(Relation relation, Fences.TableFence.ByKey byKey, Tuple row) {
    int column = relation.indexOf(byKey.column());
    if (column < 0 || row.isNull(column) || row.isHole(column)) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          "Table "
              + relation.table()
              + " has lost column "
              + byKey.column()
              + ", the key that its copy was cut by.",
          "Undo the change, or run fram cancel and begin again.");
    }
    return row.text(column);
  }
}
