// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.check.Finding;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.plan.Plan;
import dev.fram.core.probe.Measurement;
import java.util.List;

/**
 * How a command speaks to its user: a live screen, plain lines, or JSON events. Thread-safe:
 * pictures come from the run's threads.
 */
public interface Presenter extends AutoCloseable {
  /** The migration as it is now. */
  void show(Status status);

  /** One answer of the checks. */
  void found(Finding finding);

  /** One sentence that tells of a step. */
  void say(String sentence);

  /** One sentence the user must not miss. */
  void warn(String sentence);

  /** Numbers that tell what came of it. */
  void facts(List<Fact> facts);

  /** What became of every object. */
  void inventory(Inventory inventory);

  /** What was measured. */
  void measured(Measurement measurement);

  /** Which ways there are, and which to take. */
  void planned(Plan plan);

  /** How the command ended. */
  void answer(Answer answer);

  /** How the command failed. */
  void failed(FramException failure);

  /** Gives the terminal back. Idempotent. */
  @Override
  void close();
}
