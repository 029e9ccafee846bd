// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.tui.ScreenPresenter;
import dev.fram.cli.tui.Terminal;
import dev.fram.core.bus.Answer;
import dev.fram.testkit.screens.Pose;
import java.io.IOException;
import java.util.List;

/** A program that shows one pose on the terminal that it is started in, until its input ends. */
final class StillScreen {
  private StillScreen() {}

  public static void main(String[] words) throws IOException {
    Helm helm = new Helm(command -> Answer.done("Asked."), Helm.Leave.watching(() -> {}));
    try (ScreenPresenter presenter = new ScreenPresenter(Terminal.real(), helm, List::of)) {
      presenter.show(Pose.valueOf(words[0]).status());
      System.in.read();
    }
  }
}
