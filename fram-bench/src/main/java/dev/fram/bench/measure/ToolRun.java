// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.util.Map;

/**
 * What one run of a contender took.
 *
 * @param seconds until its work was done
 * @param tool what the tool's own processes used
 * @param peakBytes the most memory that they had
 * @param figures more numbers by name
 */
public record ToolRun(double seconds, Usage tool, long peakBytes, Map<String, Double> figures) {
  /** A figure: how many MiB of heap a Java tool may use, as its command line has it. */
  public static final String HEAP_LIMIT = "heap_limit_mib";

  public ToolRun(double seconds, Usage tool, long peakBytes) {
    this(seconds, tool, peakBytes, Map.of());
  }
}
