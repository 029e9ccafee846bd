// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

/** The signs a terminal can show. */
public enum Glyphs {
  UNICODE("█", "░", "✔", "●", "○", "✘", "─", "…", "·", "▁▂▃▄▅▆▇█"),
  ASCII("#", ".", "+", "*", "-", "x", "-", "...", "|", "_.:-=+*#");

  final String full;
  final String empty;
  final String done;
  final String now;
  final String later;
  final String failed;
  final String rule;
  final String ellipsis;
  final String dot;

  /** From nothing to the highest. */
  final String levels;

  Glyphs(
      String full,
      String empty,
      String done,
      String now,
      String later,
      String failed,
      String rule,
      String ellipsis,
      String dot,
      String levels) {
    this.full = full;
    this.empty = empty;
    this.done = done;
    this.now = now;
    this.later = later;
    this.failed = failed;
    this.rule = rule;
    this.ellipsis = ellipsis;
    this.dot = dot;
    this.levels = levels;
  }
}
