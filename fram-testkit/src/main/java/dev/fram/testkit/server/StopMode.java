// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

/** How a server is asked to stop (manual, "Shutting Down the Server"). */
public enum StopMode {
  /** Sessions are ended, the rest is written: the next start needs no recovery. */
  FAST("INT"),
  /** Everything ends at once: the next start recovers from the WAL. */
  IMMEDIATE("QUIT");

  private final String signal;

  StopMode(String signal) {
    this.signal = signal;
  }

  String signal() {
    return signal;
  }
}
