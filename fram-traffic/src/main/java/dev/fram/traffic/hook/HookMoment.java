// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.hook;

import java.util.Locale;

/** When a command is run. */
enum HookMoment {
  ON_CHECK("Before anything is touched, and by --dry-run; must change nothing."),
  BEFORE_FREEZE("Before writes are blocked: may hold the application's work back."),
  AFTER_FREEZE("Writes are blocked, everything is on the target; the application waits."),
  SWITCH("The target is open: points the applications at it. Must bear being run twice."),
  AFTER_SWITCH("After switch: lets the application's work go on."),
  ON_UNDO("The cutover was undone before the hand-over: takes back what before-freeze did."),
  ON_ROLLBACK("Runs in place of switch when the data goes back to the old server.");

  private final String description;

  HookMoment(String description) {
    this.description = description;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String description() {
    return description;
  }
}
