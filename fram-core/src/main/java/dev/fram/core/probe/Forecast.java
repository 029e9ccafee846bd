// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import java.util.List;
import java.util.Optional;

/**
 * What a migration would take, from what was measured. A range is empty where something it needs is
 * unknown.
 *
 * @param copy reading, sending and writing all rows
 * @param index building the indexes
 * @param copyAndIndex both together, as far as they are done side by side
 * @param catchUp applying what was written meanwhile
 * @param verify comparing every row once
 * @param freeze how long the cutover blocks writes
 * @param bottleneck what limits the copy
 * @param keepsUp whether the target applies faster than the source changes
 * @param logLasts whether the source keeps its log until the target has caught up
 * @param evidence where the numbers come from, one sentence each
 */
public record Forecast(
    Optional<TimeRange> copy,
    Optional<TimeRange> index,
    Optional<TimeRange> copyAndIndex,
    Optional<TimeRange> catchUp,
    Optional<TimeRange> verify,
    Optional<TimeRange> freeze,
    Bottleneck bottleneck,
    Verdict keepsUp,
    Verdict logLasts,
    List<String> evidence) {
  public Forecast {
    evidence = List.copyOf(evidence);
  }

  /** What limits the copy. */
  public enum Bottleneck {
    SOURCE_READ("reading from the source"),
    SOURCE_NETWORK("the network from the source to here"),
    TARGET_NETWORK("the network from here to the target"),
    TARGET_WRITE("writing to the target"),
    UNKNOWN("unknown");

    private final String words;

    Bottleneck(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /** An answer that may be unknown. */
  public enum Verdict {
    YES,
    NO,
    UNKNOWN
  }
}
