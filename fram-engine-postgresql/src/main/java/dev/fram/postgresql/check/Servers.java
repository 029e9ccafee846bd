// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What the questions are asked about.
 *
 * @param source where the data leaves
 * @param target where it arrives
 * @param scope which tables
 * @param options what the user allows or leaves out
 * @param tables what the user has decided for single tables
 */
record Servers(
    Server source, Server target, Scope scope, Set<SchemaOption> options, TableOptions tables) {
  private static final int SHOWN = 8;

  /** With the ends exchanged. */
  Servers turned() {
    return new Servers(/* source= */ target, /* target= */ source, scope, options, tables);
  }

  List<Server> both() {
    return List.of(source, target);
  }

  /** {@code 12: a, b, c, ...}: how many there are, and the first. */
  static String some(Collection<?> items) {
    List<String> first = items.stream().limit(SHOWN).map(String::valueOf).toList();
    return items.size()
        + ": "
        + String.join(", ", first)
        + (items.size() > first.size() ? ", ..." : "");
  }

  /** {@code 1.5 GiB}. */
  static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(java.util.Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
