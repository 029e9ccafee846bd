// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

/** How a piece of text looks. Only the eight base colours: they follow the user's own theme. */
public enum Ink {
  PLAIN(""),
  BOLD("1"),
  DIM("2"),
  GOOD("32"),
  BUSY("36"),
  WARNING("33"),
  BAD("31;1");

  private final String code;

  Ink(String code) {
    this.code = code;
  }

  String paint(String text) {
    return code.isEmpty() || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
  }
}
