// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.api.traffic.TrafficMove.Direction;
import dev.fram.core.journal.Journal;
import dev.fram.core.lag.DriftWatch;
import dev.fram.core.run.RunParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the new server's tables looked like when it opened. A table that was made there since, or
 * altered, has no counterpart on the old server: its rows would be lost by going back.
 */
final class ReturnLook {
  private static final String STEP = "return-look";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final RunParts forward;
  private final RunParts back;

  ReturnLook(RunParts forward, RunParts back) {
    this.forward = forward;
    this.back = back;
  }

  /** Only on the way there: on the way back the tables' states say what the old server's are. */
  void remember() {
    if (forward.direction() == Direction.FORWARD) {
      // Not as a step in brackets: those are told in the log, and this may be long.
      String look = write(back.route().source().fingerprints());
      forward.journal().outcome(forward.journal().intent(STEP, ""), StepOutcome.DONE, look);
    }
  }

  /** What has changed since, one sentence a table. */
  static List<String> differences(RunParts back) {
    Map<TableId, TableState> known = new TreeMap<>();
    // The turn that led here.
    Journal there =
        new Journal(back.journal().store(), back.journal().epoch(), back.journal().turn() - 1);
    read(there.detail(STEP).orElse("[]"))
        .forEach((table, look) -> known.put(table, state(table, look)));
    return DriftWatch.differences(known, back.route().source().fingerprints());
  }

  private static TableState state(TableId table, Fingerprint look) {
    return new TableState(
        table, TableState.Stage.READY_TO_FOLLOW, Optional.empty(), Optional.of(look), 0, 0);
  }

  private static String write(Map<TableId, Fingerprint> looks) {
    List<List<String>> rows = new ArrayList<>();
    looks.forEach((table, look) ->
        rows.add(List.of(table.schema(), table.name(), look.definition(), look.storage())));
    try {
      return MAPPER.writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new FramException(ErrorCode.INTERNAL, "The tables cannot be written as JSON.", "", e);
    }
  }

  private static Map<TableId, Fingerprint> read(String text) {
    Map<TableId, Fingerprint> looks = new TreeMap<>();
    try {
      for (List<String> row : MAPPER.readValue(text, new TypeReference<List<List<String>>>() {})) {
        looks.put(new TableId(row.get(0), row.get(1)), new Fingerprint(row.get(2), row.get(3)));
      }
      return looks;
    } catch (JsonProcessingException e) {
      throw new FramException(
          ErrorCode.MIGRATION_MISMATCH,
          "What the new server's tables looked like cannot be read from the journal.",
          "Use the version of Fram that began the migration.",
          e);
    }
  }
}
