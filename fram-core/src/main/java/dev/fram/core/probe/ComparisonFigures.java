// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.model.TableId;
import java.util.List;

/**
 * Both servers at a comparison's statements, at the same time.
 *
 * @param sessions how many sessions on each server
 * @param source bytes as they lie on the source's disk, compared by all sessions together
 * @param tableMillis what the cheapest small table took on the source: what each one costs, however
 *     small; 0 where there is no small one
 * @param target the scratch table's bytes, as they came over the way
 * @param samples what was read of which table
 */
public record ComparisonFigures(
    int sessions, Rate source, double tableMillis, Rate target, List<TableSample> samples) {
  public ComparisonFigures {
    samples = List.copyOf(samples);
  }

  /**
   * @param table the table
   * @param bytes of it that were read at a time, as they lie on the disk
   * @param millis what that took, in the mean
   */
  public record TableSample(TableId table, long bytes, double millis) {}
}
