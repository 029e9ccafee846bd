// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.key.RowKey;
import dev.fram.postgresql.key.ServerText;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells whoever compares which rows are written. Where the feed does not hold the key that the
 * comparison goes by, any row may be. Owned by the applier's thread.
 */
public final class Touches {
  private final TouchedRows told;
  private final Function<TableId, Optional<RowKey>> keys;
  private final Map<Integer, Place> places = new HashMap<>();

  /**
   * Where a relation's rows hold the key.
   *
   * @param columns their numbers, in the key's order; empty where one is not sent
   * @param old whether an old row holds them too
   */
  private record Place(Relation relation, RowKey key, Optional<int[]> columns, boolean old) {}

  /**
   * @param keys by what the rows of a table are told apart; empty where nobody has looked yet
   */
  public Touches(TouchedRows told, Function<TableId, Optional<RowKey>> keys) {
    this.told = told;
    this.keys = keys;
  }

  /** A change that is going to be written. */
  void row(Relation relation, RowOp op) {
    TableId table = relation.table();
    if (!told.wanted(table)) {
      return;
    }
    Optional<Place> place = place(relation);
    boolean sure =
        place.isPresent()
            && switch (op) {
              case RowOp.Insert insert -> tell(place.get(), insert.row());
              case RowOp.Update update ->
                  place.get().old
                      && tell(place.get(), update.old())
                      && (update.row() == update.old() || tell(place.get(), update.row()));
              case RowOp.Delete delete -> place.get().old && tell(place.get(), delete.old());
            };
    if (!sure) {
      told.touchedAll(table);
    }
  }

  /** Any row of a table may be written. */
  public void all(TableId table) {
    if (told.wanted(table)) {
      told.touchedAll(table);
    }
  }

  private boolean tell(Place place, Tuple row) {
    int[] columns = place.columns.orElseThrow();
    List<String> values = new ArrayList<>(columns.length);
    for (int column : columns) {
      // A key has no NULL; what an old row leaves out looks like one.
      if (row.isNull(column) || row.isHole(column)) {
        return false;
      }
      values.add(ServerText.decode(row.bytes(column)));
    }
    told.touched(place.relation.table(), place.key.text(values));
    return true;
  }

  /**
   * Empty where rows cannot be told apart by what is sent. Asked for every row, so layouts and keys
   * are known again by being the same objects: an equal one costs no more than a new look.
   */
  @SuppressWarnings("ReferenceEquality")
  private Optional<Place> place(Relation relation) {
    RowKey key = keys.apply(relation.table()).orElse(RowKey.NONE);
    Place known = places.get(relation.oid());
    if (known == null || known.relation != relation || known.key != key) {
      known = place(relation, key);
      places.put(relation.oid(), known);
    }
    return Optional.of(known).filter(place -> place.columns.isPresent());
  }

  /**
   * An update that leaves the log's own key as it is comes without an old row: were the key of the
   * comparison another one, nobody would know whether that has changed.
   */
  private static Place place(Relation relation, RowKey key) {
    int[] columns = key.columns().stream().mapToInt(relation::indexOf).toArray();
    boolean sent = !key.none() && Arrays.stream(columns).allMatch(i -> i >= 0);
    boolean old = sent && Arrays.stream(columns).allMatch(i -> relation.columns().get(i).key());
    return new Place(relation, key, sent ? Optional.of(columns) : Optional.empty(), old);
  }
}
