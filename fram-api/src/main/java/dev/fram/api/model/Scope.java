// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which tables a migration covers: everything, or what matches an include pattern, less what
 * matches an exclude pattern. A pattern is {@code schema.table}; {@code *} stands for any run of
 * characters and {@code ?} for one, both also within the schema; a pattern without a dot means
 * {@code *.pattern}. Matching is exact about case.
 */
public record Scope(List<String> include, List<String> exclude) {
  public Scope {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /** Everything. */
  public static Scope all() {
    return new Scope(List.of(), List.of());
  }

  public boolean covers(TableId table) {
    boolean included = include.isEmpty() || matchesAny(include, table);
    return included && !matchesAny(exclude, table);
  }

  /** The setting that leaves a table out, as the user wrote it; empty when it is covered. */
  public Optional<String> leftOutBy(TableId table) {
    if (covers(table)) {
      return Optional.empty();
    }
    return Optional.of(
        exclude.stream()
            .filter(pattern -> matches(pattern, table))
            .findFirst()
            .map(pattern -> "--exclude=" + pattern)
            .orElse("--include, which does not name it"));
  }

  static boolean matchesAny(List<String> patterns, TableId table) {
    return patterns.stream().anyMatch(p -> matches(p, table));
  }

  /** A name may hold a dot itself: the pattern's is looked for at each of its dots. */
  private static boolean matches(String pattern, TableId table) {
    int dot = pattern.indexOf('.');
    if (dot < 0) {
      return regex(pattern).matcher(table.name()).matches();
    }
    boolean found = false;
    for (; dot >= 0 && !found; dot = pattern.indexOf('.', dot + 1)) {
      found =
          regex(pattern.substring(0, dot)).matcher(table.schema()).matches()
              && regex(pattern.substring(dot + 1)).matcher(table.name()).matches();
    }
    return found;
  }

  private static Pattern regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
