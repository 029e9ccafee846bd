// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.tui.Fact;
import dev.fram.cli.tui.Figures;
import dev.fram.core.bus.Answer;
import dev.fram.testkit.workload.OracleReport;
import java.util.ArrayList;
import java.util.List;

/**
 * All that the demo saw.
 *
 * @param status the migration's last picture
 * @param pauseMillis the longest time a writer waited for an acknowledgement, from the cutover on
 * @param afterSwitch writes acknowledged on the target
 * @param oracle every acknowledged write, looked for on the target
 * @param comparison every table at the hand-over
 * @param millis how long the demo took
 */
record DemoResult(
    Status status,
    long pauseMillis,
    long afterSwitch,
    OracleReport oracle,
    Handover.Comparison comparison,
    long millis) {

  boolean proven() {
    return status.phase() == PhaseName.SERVING
        && oracle.clean()
        && oracle.acknowledged() > 0
        && afterSwitch > 0
        && comparison.tables() > 0
        && comparison.differences().isEmpty();
  }

  List<Fact> facts() {
    long blocked = status.cutover().map(Status.Cutover::writeBlockMillis).orElse(-1L);
    int equal = Math.max(0, comparison.tables() - comparison.differences().size());
    return List.of(
        new Fact("rows copied", status.copy().rows(), ""),
        new Fact("changes applied", status.feed().changes(), ""),
        new Fact("writes blocked on the source for", blocked, "ms"),
        new Fact("longest pause a writer saw", pauseMillis, "ms"),
        new Fact("writes acknowledged", oracle.acknowledged(), ""),
        new Fact("of these by the target", afterSwitch, ""),
        new Fact("found on the target", oracle.found(), ""),
        new Fact("lost", oracle.lost(), ""),
        new Fact("there, but never committed", oracle.unexpected(), ""),
        new Fact("rows with a wrong content", oracle.wrongRows(), ""),
        new Fact("tables compared at the hand-over", comparison.tables(), ""),
        new Fact("of these equal", equal, ""));
  }

  Answer answer() {
    if (proven()) {
      return Answer.done(
          "Proven: nothing was lost. The whole demo took " + Figures.time(millis) + ".");
    }
    List<String> lines = new ArrayList<>(oracle.examples());
    lines.addAll(comparison.differences());
    return new Answer(
        ErrorCode.PROOF_FAILED.category().exitCode(),
        ErrorCode.PROOF_FAILED.name(),
        "The proof failed. Please report it with the lines below.",
        List.copyOf(lines));
  }
}
