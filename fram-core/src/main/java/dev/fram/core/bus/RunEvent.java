// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.engine.TableState;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What happened in a run; the only way numbers reach the picture. */
public sealed interface RunEvent {

  record PhaseReached(PhaseName phase) implements RunEvent {}

  /** Which tables there are and where each stands as a run begins. */
  record TablesKnown(List<Table> tables, Map<TableId, TableState> states) implements RunEvent {}

  record TableStaged(TableId table, TableState.Stage stage) implements RunEvent {}

  /**
   * @param activity {@code copy} or {@code index}; empty when nothing is done any more
   */
  record TableBusy(TableId table, String activity) implements RunEvent {}

  record BytesCopied(TableId table, long bytes) implements RunEvent {}

  record ChunkCopied(TableId table, long rows) implements RunEvent {}

  /** What was copied of the table is thrown away. */
  record CopyRestarted(TableId table) implements RunEvent {}

  record Received(String position) implements RunEvent {}

  record Applied(String position, long transactions, long changes, long skipped)
      implements RunEvent {}

  /** The same of the reverse feed. */
  record ReverseReceived(String position) implements RunEvent {}

  record ReverseApplied(String position, long transactions, long changes) implements RunEvent {}

  /** How far the old server is behind the new one, and what is left of the window. */
  record ReverseMeasured(long lagBytes, long lagMillis, long retainedBytes, long leftMillis)
      implements RunEvent {}

  /** There is a reverse feed no more. */
  record ReverseEnded() implements RunEvent {}

  record BacklogMeasured(long bytes, long onDisk, long lagMillis) implements RunEvent {}

  record LogMeasured(long lagBytes, long retainedBytes) implements RunEvent {}

  /**
   * Waits for a person.
   *
   * @param by who waits; each has one reason at a time
   */
  record Held(String by, String reason) implements RunEvent {}

  record HeldEnded(String by) implements RunEvent {}

  /** Only a person can tell how it goes on. */
  record Asked(Question question) implements RunEvent {}

  /**
   * Something that must not happen has happened.
   *
   * @param about what it is about; a newer alarm about it replaces the older one
   */
  record Alarmed(String about, String alarm) implements RunEvent {}

  /** What is held back for the source's sake; empty when nothing is. */
  record Guarded(Optional<String> sentence) implements RunEvent {}

  /** Why the target is behind; empty when it is not. */
  record Diagnosed(Optional<String> sentence) implements RunEvent {}

  record Noted(String note) implements RunEvent {}

  /** How far the comparison of both sides is. */
  record Proven(Status.Verify picture) implements RunEvent {}

  record CutoverBegan() implements RunEvent {}

  record GateTried() implements RunEvent {}

  record StepBegan(String step) implements RunEvent {}

  /**
   * @param outcome a word of {@code Status.Step}
   */
  record StepEnded(String step, String outcome, long millis) implements RunEvent {}

  record Frozen(String position) implements RunEvent {}

  record WritesBlocked(long millis) implements RunEvent {}

  /** What a client sees of the cutover. */
  record Probed(Status.Probe picture) implements RunEvent {}

  record CutoverEnded(String result) implements RunEvent {}
}
