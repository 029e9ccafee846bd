// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.Source;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.traffic.TrafficMove.Direction;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.run.RunParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Before anything is frozen: can the data come back the other way, and everything for that which
 * may take time or fail. The feed that is made here sees more than it is to carry (what is still
 * applied on this way, too); {@link NoteReturn} says from where it counts.
 */
final class PrepareReturn implements CutoverStep {
  static final String NAME = "prepare-return";

  private final RunParts parts;
  private final RunParts next;
  private final List<Table> tables;

  /**
   * @param next the other direction
   */
  PrepareReturn(RunParts parts, RunParts next, List<Table> tables) {
    this.parts = parts;
    this.next = next;
    this.tables = tables;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String plan() {
    List<String> obstacles = obstacles();
    return obstacles.isEmpty()
        ? "would make what brings the data back from " + there().server().name()
        : "would be refused: " + String.join("; ", obstacles);
  }

  @Override
  public void act() {
    List<String> obstacles = obstacles();
    if (!obstacles.isEmpty()) {
      throw new FramException(
          ErrorCode.CHECK_FAILED,
          "There would be no way back after the cutover: " + String.join("; ", obstacles) + ".",
          "Nothing was touched. Settle this, or do without a way back: --reverse-window none.");
    }
    // The server that closes now has been opened once before, and may keep something of that.
    List<String> left = next.route().target().afterOpening();
    if (!left.isEmpty()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          String.join(" ", left),
          "End the transactions that hold these tables, then " + parts.again() + ".");
    }
    there().prepareIdentities(tables, this::note);
    there().prepareFeed(tables, Optional.empty(), this::note);
  }

  @Override
  public void undo() {
    there().dropFeed();
  }

  private Source there() {
    return next.route().source();
  }

  private List<String> obstacles() {
    return parts.direction() == Direction.FORWARD ? obstacles(next.route(), tables) : List.of();
  }

  private static List<String> obstacles(Route back, List<Table> tables) {
    List<String> obstacles = new ArrayList<>();
    for (Check check : back.checks()) {
      for (Finding finding : check.run()) {
        if (finding.severity() == Finding.Severity.FAIL) {
          obstacles.add(finding.seen() + " " + finding.remedy());
        }
      }
    }
    List<String> late =
        tables.stream()
            .filter(t -> t.transfer() == Table.Transfer.COPY_AT_CUTOVER)
            .map(t -> t.id().toString())
            .toList();
    if (!late.isEmpty()) {
      obstacles.add("these tables cannot be followed, on the way back either: " + late);
    }
    return obstacles;
  }

  private void note(String text) {
    parts.bus().publish(new RunEvent.Noted(text));
  }
}
