// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import java.util.List;
import java.util.Locale;

/**
 * One number of a result.
 *
 * @param label what it is
 * @param number the number; -1 when unknown
 * @param unit its unit; empty for a plain count
 */
public record Fact(String label, long number, String unit) {
  private static final int GAP = 3;

  /** For programs: {@code rows_copied}, {@code longest_pause_ms}. */
  String key() {
    String words = unit.isEmpty() ? label : label + " " + unit;
    return words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
  }

  /** A table of two columns, the numbers below each other. */
  static List<String> table(List<Fact> facts) {
    int labels = facts.stream().mapToInt(f -> f.label().length()).max().orElse(0);
    int numbers = facts.stream().mapToInt(f -> Figures.count(f.number()).length()).max().orElse(0);
    return facts.stream()
        .map(fact ->
            "  "
                + fact.label()
                + " ".repeat(labels - fact.label().length() + GAP)
                + " ".repeat(numbers - Figures.count(fact.number()).length())
                + Figures.count(fact.number())
                + (fact.unit().isEmpty() ? "" : " " + fact.unit()))
        .toList();
  }
}
