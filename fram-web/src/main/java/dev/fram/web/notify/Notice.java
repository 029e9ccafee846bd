// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.notify;

import java.util.Locale;

/**
 * Something a person has to know.
 *
 * @param kind what it is
 * @param text one or two sentences
 */
public record Notice(Kind kind, String text) {
  /** What there is to tell. */
  public enum Kind {
    READY,
    HELD,
    GOES_ON,
    THROTTLED,
    GUARD,
    ALARM,
    CUTOVER_DONE,
    CUTOVER_UNDONE,
    ROLLED_BACK,
    NEEDS_OPERATOR;

    /** As it stands in the body. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
