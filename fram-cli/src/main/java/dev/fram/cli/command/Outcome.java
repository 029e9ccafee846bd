// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.FramException;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import java.util.function.Supplier;

/** Shows how a command ended, while the presenter still knows what came before. */
final class Outcome {
  private Outcome() {}

  /** The exit code, after the answer or the failure was shown. */
  static int show(Session session, Presenter presenter, Supplier<Answer> work) {
    try {
      Answer answer = work.get();
      Logging.ended(answer);
      presenter.answer(answer);
      return answer.exitCode();
    } catch (FramException failure) {
      FramException e = session.tunnels().explained(failure);
      Logging.failed(e);
      presenter.failed(e);
      return e.category().exitCode();
    }
  }
}
