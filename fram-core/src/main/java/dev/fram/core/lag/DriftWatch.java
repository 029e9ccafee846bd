// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares the source's tables with those that the migration began with. A table that was only
 * rewritten is no difference here: the copy's own snapshot looks after that.
 */
public final class DriftWatch {
  private DriftWatch() {}

  /** One sentence a table, sorted by name. */
  public static List<String> differences(
      Map<TableId, TableState> known, Map<TableId, Fingerprint> now) {
    List<String> differences = new ArrayList<>();
    for (Map.Entry<TableId, TableState> entry : new TreeMap<>(known).entrySet()) {
      TableId table = entry.getKey();
      Optional<Fingerprint> then = entry.getValue().fingerprint();
      Fingerprint current = now.get(table);
      if (current == null) {
        differences.add("table " + table + " is gone");
      } else if (then.filter(f -> !f.definition().equals(current.definition())).isPresent()) {
        differences.add("table " + table + " was altered");
      } else if (then.filter(f -> f.recast(current)).isPresent()) {
        differences.add("table " + table + " was altered and rewritten");
      }
    }
    for (TableId table : new TreeSet<>(now.keySet())) {
      if (!known.containsKey(table)) {
        differences.add("table " + table + " is new");
      }
    }
    return differences;
  }
}
