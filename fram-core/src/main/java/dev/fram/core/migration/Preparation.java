// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.change.Position;
import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.TableState;
import dev.fram.api.engine.TableState.Stage;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.DriftWatch;
import dev.fram.core.run.RunParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** What comes before the copy: checks, bare tables, feed. Each part may be done again. */
final class Preparation {
  private final RunParts parts;
  private final Consumer<Finding> findings;
  private final StopSignal signal;

  /**
   * @param signal ends what waits for others, too: the feed is not made before every transaction
   *     that writes now has ended
   */
  Preparation(RunParts parts, Consumer<Finding> findings, StopSignal signal) {
    this.parts = parts;
    this.findings = findings;
    this.signal = signal;
  }

  /**
   * All checks run, so that all problems are told at once; any FAIL ends the run.
   *
   * @param back the way back, where there is to be one: it is asked about too
   */
  Phase.Checked check(Optional<RunParts> back) {
    List<Check> checks = new ArrayList<>(parts.route().checks());
    back.ifPresent(way -> checks.addAll(way.route().checks()));
    return new Phase.Checked(ask(checks, findings));
  }

  /**
   * Runs them all.
   *
   * @return how many warn
   * @throws FramException CHECK_FAILED
   */
  static int ask(List<Check> checks, Consumer<Finding> findings) {
    List<String> failed = new ArrayList<>();
    int warnings = 0;
    for (Check check : checks) {
      for (Finding finding : check.run()) {
        findings.accept(finding);
        switch (finding.severity()) {
          case FAIL -> failed.add(finding.code() + ": " + finding.seen() + " " + finding.remedy());
          case WARN -> warnings++;
          case PASS, INFO -> {}
        }
      }
    }
    if (!failed.isEmpty()) {
      throw new FramException(
          ErrorCode.CHECK_FAILED,
          failed.size() + " checks failed: " + String.join(" | ", failed),
          "Settle them and run this again; nothing was touched.");
    }
    return warnings;
  }

  Phase.Prepared prepare(List<Table> tables) {
    rememberDefinitions(tables);
    long epoch = parts.journal().epoch();
    parts
        .journal()
        .step("create-tables", "", () -> parts.route().schema().createTables(epoch, this::goesOn));
    noteCopied(tables);
    return new Phase.Prepared(prepareFeed(tables).text());
  }

  /** Also asked again by a run that resumes: does the feed still reach what we need? */
  Position prepareFeed(List<Table> tables) {
    JournalStore store = parts.journal().store();
    Optional<Position> recorded = store.feedPosition();
    parts
        .journal()
        .step(
            "replica-identities",
            () ->
                String.join("; ", parts.route().source().prepareIdentities(tables, this::goesOn)));
    List<Position> start = new ArrayList<>();
    parts
        .journal()
        .step(
            "prepare-feed",
            recorded.map(Position::text).orElse(""),
            () -> start.add(parts.route().source().prepareFeed(tables, recorded, this::goesOn)));
    store.startFeed(parts.journal().epoch(), start.getFirst());
    return store.feedPosition().orElseThrow();
  }

  /**
   * What the tables look like is noted before the target's are made after them, so that a change in
   * between is noticed.
   */
  private void rememberDefinitions(List<Table> tables) {
    JournalStore store = parts.journal().store();
    Map<TableId, Fingerprint> now = parts.route().source().fingerprints();
    Map<TableId, TableState> known = store.tables();
    if (!known.isEmpty() && parts.journal().begun("create-tables")) {
      assertUnchanged(known, now);
      return;
    }
    for (Table table : tables) {
      Optional<Fingerprint> look = Optional.ofNullable(now.get(table.id()));
      store.saveTable(
          parts.journal().epoch(),
          new TableState(table.id(), Stage.PENDING, Optional.empty(), look, 0, 0));
    }
  }

  private void assertUnchanged(Map<TableId, TableState> known, Map<TableId, Fingerprint> now) {
    List<String> differences = DriftWatch.differences(known, now);
    if (!differences.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          "Source "
              + parts.route().source().server().name()
              + ": the schema has changed: "
              + String.join("; ", differences)
              + ".",
          "Undo the change, or run fram cancel and begin again.");
    }
  }

  /** What came with the whole server is on the target: nothing of it is copied again. */
  private void noteCopied(List<Table> tables) {
    Optional<Fence> fence = parts.route().serverCopied();
    if (fence.isEmpty()) {
      return;
    }
    JournalStore store = parts.journal().store();
    Map<TableId, TableState> known = store.tables();
    for (Table table : tables) {
      Optional<Fingerprint> look =
          Optional.ofNullable(known.get(table.id())).flatMap(TableState::fingerprint);
      if (table.transfer() == Table.Transfer.COPY_AND_FOLLOW) {
        store.saveTable(
            parts.journal().epoch(),
            new TableState(table.id(), Stage.COPIED, fence, look, table.rows(), table.bytes()));
      }
    }
  }

  /** Called by the engine while it works and waits. */
  private void goesOn(String text) {
    signal.check();
    parts.bus().publish(new RunEvent.Noted(text));
  }
}
