// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.Status;

/** What the keys do while a live screen is shown. Thread-safe. */
public interface Deck extends AutoCloseable {
  /** The last line of the screen: what the keys do, or what is being typed. */
  String footer(Status status);

  /** One key; {@code status} is the picture that the user sees. Returns at once. */
  void press(char key, Status status);

  @Override
  void close();

  /** No keys; the sentence says what Ctrl-C does. */
  static Deck none(String footer) {
    return new Deck() {
      @Override
      public String footer(Status status) {
        return footer;
      }

      @Override
      public void press(char key, Status status) {}

      @Override
      public void close() {}
    };
  }
}
