// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.engine.TableState;
import dev.fram.api.engine.TableState.Stage;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The copy's numbers. Not thread-safe: the projector guards it. */
final class CopyFigures {
  private static final class Row {
    Stage stage = Stage.PENDING;
    String activity = "";
    long rows;
    long bytes;
    long expected;
    long indexBegan = -1;
  }

  private final Map<TableId, Row> rows = new TreeMap<>();
  private final Meter meter = new Meter();
  private final EtaMeter eta = new EtaMeter();

  void known(List<Table> tables, Map<TableId, TableState> states) {
    rows.clear();
    for (Table table : tables) {
      if (table.transfer() != Table.Transfer.COPY_AND_FOLLOW) {
        continue;
      }
      Row row = new Row();
      row.expected = Math.max(0, table.bytes());
      TableState state = states.get(table.id());
      if (state != null) {
        row.stage = state.stage();
        row.rows = state.rows();
        row.bytes = state.bytes();
      }
      rows.put(table.id(), row);
    }
  }

  void staged(TableId table, Stage stage, long nanos) {
    Row row = rows.get(table);
    if (row != null) {
      row.stage = stage;
      if (stage == Stage.READY_TO_FOLLOW && row.indexBegan >= 0) {
        eta.indexed(row.bytes, nanos - row.indexBegan);
      }
    }
  }

  void busy(TableId table, String activity, long nanos) {
    Row row = rows.get(table);
    if (row != null) {
      row.activity = activity;
      if (activity.equals("index")) {
        row.indexBegan = nanos;
        eta.indexing((int) rows.values().stream().filter(r -> r.activity.equals("index")).count());
      }
    }
  }

  void bytes(TableId table, long bytes) {
    Row row = rows.get(table);
    if (row != null) {
      row.bytes += bytes;
    }
  }

  void rows(TableId table, long count) {
    Row row = rows.get(table);
    if (row != null) {
      row.rows += count;
    }
  }

  void restarted(TableId table) {
    Row row = rows.get(table);
    if (row != null) {
      row.rows = 0;
      row.bytes = 0;
    }
  }

  /** Every table that is copied, by name. */
  List<TableProgress> tables() {
    return rows.entrySet().stream()
        .map(entry -> {
          Row row = entry.getValue();
          return new TableProgress(
              entry.getKey().toString(),
              word(row.stage),
              row.activity,
              row.rows,
              row.bytes,
              row.expected);
        })
        .toList();
  }

  private static String word(Stage stage) {
    return switch (stage) {
      case PENDING -> "pending";
      case COPYING -> "copying";
      case COPIED -> "copied";
      case READY_TO_FOLLOW -> "ready";
    };
  }

  Status.Copy picture(long nanos) {
    int copied = 0;
    int ready = 0;
    long sumRows = 0;
    long sumBytes = 0;
    long left = 0;
    long indexLeft = 0;
    long expected = 0;
    List<Status.TableInFlight> inFlight = new ArrayList<>();
    for (Map.Entry<TableId, Row> entry : rows.entrySet()) {
      Row row = entry.getValue();
      boolean isCopied = row.stage == Stage.COPIED || row.stage == Stage.READY_TO_FOLLOW;
      copied += isCopied ? 1 : 0;
      ready += row.stage == Stage.READY_TO_FOLLOW ? 1 : 0;
      sumRows += row.rows;
      sumBytes += row.bytes;
      expected += row.expected;
      left += isCopied ? 0 : Math.max(0, row.expected - row.bytes);
      indexLeft += row.stage == Stage.READY_TO_FOLLOW ? 0 : isCopied ? row.bytes : row.expected;
      if (!row.activity.isEmpty()) {
        inFlight.add(
            new Status.TableInFlight(
                entry.getKey().toString(), row.activity, row.bytes, row.expected));
      }
    }
    long rate = meter.rate(nanos, sumBytes);
    return new Status.Copy(
        rows.size(),
        copied,
        ready,
        sumRows,
        sumBytes,
        expected,
        rate,
        eta.eta(nanos, new EtaMeter.Work(sumBytes, left, indexLeft)),
        inFlight);
  }
}
