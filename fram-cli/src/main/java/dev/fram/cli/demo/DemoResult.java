// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.tui.Figures;
import dev.fram.core.bus.Answer;
import dev.fram.testkit.workload.OracleReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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

  Answer answer() {
    List<String> lines = new ArrayList<>();
    Status.Copy copy = status.copy();
    lines.add("");
    row(lines, "rows copied", Figures.count(copy.rows()));
    row(lines, "changes applied", Figures.count(status.feed().changes()));
    row(
        lines,
        "writes blocked on the source for",
        status.cutover().map(c -> Figures.count(c.writeBlockMillis()) + " ms").orElse("?"));
    row(lines, "longest pause a writer saw", Figures.count(pauseMillis) + " ms");
    row(lines, "writes acknowledged", Figures.count(oracle.acknowledged()));
    row(lines, "  of these by the target", Figures.count(afterSwitch));
    row(lines, "found on the target", Figures.count(oracle.found()));
    row(lines, "lost", Figures.count(oracle.lost()));
    row(lines, "there, but never committed", Figures.count(oracle.unexpected()));
    row(lines, "rows with a wrong content", Figures.count(oracle.wrongRows()));
    int equal =
        comparison.tables() - Math.min(comparison.tables(), comparison.differences().size());
    row(lines, "tables equal at the hand-over", equal + " of " + comparison.tables());
    oracle.examples().forEach(example -> lines.add("  " + example));
    comparison.differences().forEach(difference -> lines.add("  " + difference));
    lines.add("");
    if (proven()) {
      return Answer.done("Proven: nothing was lost, in " + Figures.time(millis) + ".", lines);
    }
    return new Answer(
        ErrorCode.PROOF_FAILED.category().exitCode(),
        ErrorCode.PROOF_FAILED.name(),
        "The proof failed: see the lines below. Please report it.",
        List.copyOf(lines));
  }

  private static void row(List<String> lines, String label, String value) {
    lines.add(String.format(Locale.ROOT, "%-34s%14s", label, value));
  }
}
