// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.TableState;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.DriftWatch;
import dev.fram.core.run.RunParts;
import java.util.List;
import java.util.Map;

/**
 * Says while data moves that the source's tables are no longer those that the migration began with.
 * Owned by the drift thread.
 */
final class DriftHold {
  private static final String HELD_BY = "schema";

  private final RunParts parts;

  DriftHold(RunParts parts) {
    this.parts = parts;
  }

  void run(StopSignal signal) {
    Retries retries = parts.retries();
    while (!signal.raised()) {
      try {
        if (SourceWatch.following(parts)) {
          look();
        }
        retries.progress();
        signal.pause(parts.settings().rhythm().watch());
      } catch (FramException e) {
        signal.pause(retries.after(e));
      }
    }
  }

  private void look() {
    Map<TableId, TableState> known = parts.journal().store().tables();
    List<String> differences = DriftWatch.differences(known, parts.route().source().fingerprints());
    parts
        .bus()
        .publish(
            differences.isEmpty()
                ? new RunEvent.HeldEnded(HELD_BY)
                : new RunEvent.Held(
                    HELD_BY,
                    "The source's schema has changed: "
                        + String.join("; ", differences)
                        + ". Undo the change, or run fram cancel and begin again."));
  }
}
