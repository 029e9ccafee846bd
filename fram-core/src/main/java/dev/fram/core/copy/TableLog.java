// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.TableState;
import dev.fram.api.engine.TableState.Stage;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.run.RunParts;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Where each table stands, in the journal first and then for everyone to see. Thread-safe. */
public final class TableLog {
  private final RunParts parts;
  private final Map<TableId, TableState> states = new ConcurrentHashMap<>();

  public TableLog(RunParts parts) {
    this.parts = parts;
    states.putAll(parts.journal().store().tables());
  }

  public Map<TableId, TableState> all() {
    return Map.copyOf(states);
  }

  public TableState state(TableId table) {
    TableState state = states.get(table);
    return state == null
        ? new TableState(table, Stage.PENDING, Optional.empty(), Optional.empty(), 0, 0)
        : state;
  }

  /** What the table looked like when it was planned, or copied. */
  Optional<Fingerprint> fingerprint(TableId table) {
    return state(table).fingerprint();
  }

  void pending(TableId table) {
    TableState s = state(table);
    TableState pending =
        new TableState(table, Stage.PENDING, Optional.empty(), s.fingerprint(), 0, 0);
    if (!pending.equals(states.get(table))) {
      save(pending);
    }
    parts.bus().publish(new RunEvent.CopyRestarted(table));
  }

  void copying(TableId table, Fingerprint look) {
    save(new TableState(table, Stage.COPYING, Optional.empty(), Optional.of(look), 0, 0));
  }

  void copyingOn(TableId table, long rows, long bytes) {
    TableState s = state(table);
    save(new TableState(table, Stage.COPYING, s.fence(), s.fingerprint(), rows, bytes));
  }

  /** The window's end is recorded with the stage: no table counts as copied without it. */
  void copied(
      TableCopy copy, Optional<Fence> fence, Fingerprint look, Optional<Position> windowEnd) {
    save(
        new TableState(
            copy.table().id(),
            Stage.COPIED,
            fence,
            Optional.of(look),
            copy.rows(),
            copy.bytes(),
            windowEnd));
  }

  void ready(TableId table) {
    TableState s = state(table);
    save(
        new TableState(
            table,
            Stage.READY_TO_FOLLOW,
            s.fence(),
            s.fingerprint(),
            s.rows(),
            s.bytes(),
            s.windowEnd()));
  }

  private void save(TableState state) {
    parts.journal().store().saveTable(parts.journal().epoch(), state);
    states.put(state.table(), state);
    parts.bus().publish(new RunEvent.TableStaged(state.table(), state.stage()));
  }
}
