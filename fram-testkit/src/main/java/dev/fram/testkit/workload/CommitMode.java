// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.util.List;
import java.util.random.RandomGenerator;

/** What an acknowledgement of the server promises. */
public enum CommitMode {
  /** Acknowledged means on the source's disk: nothing acknowledged may be lost in a crash. */
  DURABLE,
  /**
   * A mix of every {@code synchronous_commit}. With {@code off} a crash of the source itself may
   * lose acknowledged transactions by the server's own rules: not for tests that kill the source.
   */
  MIXED;

  private static final List<String> MIX = List.of("on", "on", "off", "local", "remote_write");

  String pick(RandomGenerator random) {
    return switch (this) {
      case DURABLE -> "on";
      case MIXED -> MIX.get(random.nextInt(MIX.size()));
    };
  }
}
