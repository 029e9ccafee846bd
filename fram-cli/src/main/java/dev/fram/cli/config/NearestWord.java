// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what somebody probably meant. */
public final class NearestWord {
  private NearestWord() {}

  /** The word that needs the fewest changes, when it needs few enough to be likely. */
  public static Optional<String> to(String typed, Collection<String> words) {
    int limit = Math.max(2, typed.length() / 3);
    return words.stream()
        .min(Comparator.comparingInt((String word) -> distance(typed, word)).thenComparing(w -> w))
        .filter(word -> distance(typed, word) <= limit);
  }

  /** Levenshtein's distance: letters put in, taken out or changed. */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(previous[j], row[j - 1]) + 1);
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
