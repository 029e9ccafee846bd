// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.report;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.figures.Amount;
import dev.fram.core.report.Report.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A report's first line. What a person has overridden, or has to look at, stands in that line and
 * not further down.
 */
final class Verdicts {
  private final Status status;
  private final Report.Proof proof;
  private final Report.Objects objects;
  private final int alarms;
  private final Optional<Status.Cutover> cutover;

  /**
   * @param cutover the last one that was tried
   */
  Verdicts(
      Status status,
      Report.Proof proof,
      Report.Objects objects,
      int alarms,
      Optional<Status.Cutover> cutover) {
    this.status = status;
    this.proof = proof;
    this.objects = objects;
    this.alarms = alarms;
    this.cutover = cutover;
  }

  Report.Verdict verdict() {
    List<String> open = open();
    String plain = plain();
    State state = open.isEmpty() ? state() : State.ATTENTION;
    String sentence = open.isEmpty() ? plain : plain + " " + String.join(" ", open);
    return new Report.Verdict(state, sentence, because());
  }

  private State state() {
    return switch (status.phase()) {
      case SERVING -> State.MOVED;
      case ROLLING_BACK, ROLLED_BACK -> State.BACK;
      case COMPLETED -> State.COMPLETED;
      case CANCELLED, NEEDS_OPERATOR -> State.ATTENTION;
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING, READY, CUTTING_OVER ->
          State.RUNNING;
    };
  }

  private boolean served() {
    return status.phase() == PhaseName.SERVING || status.phase() == PhaseName.COMPLETED;
  }

  private String plain() {
    String source = status.source();
    String target = status.target();
    return switch (status.phase()) {
      case SERVING -> "Moved: " + target + " serves, " + source + " is closed for writes." + gap();
      case COMPLETED ->
          "Moved and completed: " + target + " serves, what Fram made is gone." + gap();
      case ROLLING_BACK -> "Going back from " + target + " to " + source + ".";
      case ROLLED_BACK -> "Rolled back: " + source + " serves again, with every write.";
      case CANCELLED -> "Cancelled: " + source + " never stopped serving.";
      case NEEDS_OPERATOR -> "Stopped: only a person can tell how it goes on.";
      case CUTTING_OVER -> "Cutting over from " + source + " to " + target + ".";
      case READY ->
          "Ready for the cutover: " + target + " follows; " + source + " serves until then.";
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING ->
          "Under way, in phase " + status.phase() + ": " + source + " serves.";
    };
  }

  private String gap() {
    return cutover
        .filter(c -> c.writeBlockMillis() > 0)
        .map(c -> " Writes were blocked for " + Amount.time(c.writeBlockMillis()) + ".")
        .orElse("");
  }

  /** What must not be read over. */
  private List<String> open() {
    List<String> open = new ArrayList<>();
    if (served() && (proof.different() > 0 || proof.differing() > 0)) {
      open.add(
          "CUT OVER WITH AN OPEN DIFFERENCE: "
              + Amount.count(proof.differing())
              + (proof.differing() == 1 ? " row in " : " rows in ")
              + tables(proof.different())
              + " differed, and that was accepted (--accept-differences); what differs is lost.");
    } else if (proof.different() > 0 || proof.differing() > 0) {
      open.add("Rows differ in " + tables(proof.different()) + ".");
    }
    if (served() && proof.mode().equals("off")) {
      open.add("CUT OVER WITHOUT A COMPARISON: no row was compared (--verify=off).");
    } else if (served() && proof.mode().isEmpty()) {
      open.add("Whether rows were compared is not kept.");
    }
    int left = objects.leftOver().size() + objects.leftOverMore();
    if (served() && left > 0) {
      open.add(left + (left == 1 ? " object is" : " objects are") + " left over.");
    }
    if (alarms > 0) {
      open.add(alarms + (alarms == 1 ? " alarm" : " alarms") + ": look at it first.");
    }
    status.question().ifPresent(q -> open.add("A person has to decide: " + q.asks()));
    status.held().ifPresent(h -> open.add("It waits for a person: " + h));
    return open;
  }

  private List<String> because() {
    List<String> because = new ArrayList<>();
    if (proof.mode().equals("continuous") && proof.different() == 0) {
      because.add(
          Amount.count(proof.rows())
              + " rows of "
              + proof.equal()
              + " of "
              + tables(proof.tables())
              + " were compared and found equal.");
    }
    return because;
  }

  private static String tables(int count) {
    return count + (count == 1 ? " table" : " tables");
  }
}
