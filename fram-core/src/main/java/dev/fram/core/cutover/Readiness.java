// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.change.Position;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.stream.Pipeline;
import dev.fram.core.verify.Verification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asked before anything is touched: is the target close enough, does anybody stand in the way. */
final class Readiness implements CutoverStep {
  /** In percent of the write-block budget. */
  private static final int GATE_SHARE = 60;

  private final RunParts parts;
  private final Pipeline pipeline;
  private final Freeze freeze;
  private final Verification verification;
  private final StopSignal signal;
  private final List<Table> tables;

  Readiness(
      RunParts parts,
      Pipeline pipeline,
      Freeze freeze,
      Verification verification,
      List<Table> tables,
      StopSignal signal) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.freeze = freeze;
    this.verification = verification;
    this.signal = signal;
    this.tables = tables;
  }

  @Override
  public String name() {
    return "readiness";
  }

  @Override
  public String plan() {
    List<String> obstacles = obstacles();
    return obstacles.isEmpty()
        ? "ready: lag " + pipeline.lag().millis() + " ms"
        : "would be refused: " + String.join("; ", obstacles);
  }

  @Override
  public void act() {
    List<String> obstacles = obstacles();
    if (!obstacles.isEmpty()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Not ready for the cutover: " + String.join("; ", obstacles) + ".",
          "Nothing was touched; cut over when this is settled.");
    }
    assertFollows();
  }

  /**
   * A feed that is broken and has read nothing shows no lag at all. So a marker is sent through:
   * better to wait for it now than with the writers blocked.
   */
  private void assertFollows() {
    Position marker = parts.route().source().mark();
    Duration limit = parts.settings().cutover().maxLag();
    pipeline.progress().pace(FeedProgress.Pace.AT_ONCE);
    if (!pipeline.progress().awaitDurable(marker, limit, signal)) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Not ready for the cutover: a marker did not reach the target within "
              + limit.toMillis()
              + " ms.",
          "Nothing was touched; look at fram status, and cut over when the lag is small.");
    }
  }

  @Override
  public void undo() {
    pipeline.progress().pace(FeedProgress.Pace.FULL_BATCHES);
  }

  private List<String> obstacles() {
    List<String> obstacles = new ArrayList<>();
    long maxLag = parts.settings().cutover().maxLag().toMillis();
    if (pipeline.lag().millis() > maxLag) {
      obstacles.add(
          "the lag is " + pipeline.lag().millis() + " ms, at most " + maxLag + " ms is allowed");
    }
    parts.bus().projector().reason().ifPresent(obstacles::add);
    obstacles.addAll(freeze.gate().blockers());
    tooMuchForTheGate().ifPresent(obstacles::add);
    return obstacles;
  }

  /**
   * What is copied and compared under the gate must leave room for the rest of it, and for a bad
   * guess.
   */
  private Optional<String> tooMuchForTheGate() {
    long bytes = lateBytes();
    long copyMillis = bytes * 1000 / Table.CAUTIOUS_RATE;
    long proofMillis = verification.lastProofMillis();
    long budget = parts.settings().cutover().writeBlockBudget().toMillis();
    long most = budget * GATE_SHARE / 100;
    if (copyMillis + proofMillis <= most) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    if (copyMillis > 0) {
      parts.add(
          "the tables that are copied while writes are blocked hold "
              + bytes
              + " bytes, which may take "
              + copyMillis
              + " ms");
    }
    if (proofMillis > 0) {
      parts.add("comparing what is not proven yet may take " + proofMillis + " ms");
    }
    return Optional.of(
        String.join(", and ", parts)
            + "; at most "
            + most
            + " ms of the write-block budget of "
            + budget
            + " ms may go there");
  }

  private long lateBytes() {
    return tables.stream().noneMatch(Readiness::late)
        ? 0
        : parts.route().source().tables().stream()
            .filter(Readiness::late)
            .mapToLong(Table::bytes)
            .sum();
  }

  private static boolean late(Table table) {
    return table.transfer() == Table.Transfer.COPY_AT_CUTOVER;
  }
}
