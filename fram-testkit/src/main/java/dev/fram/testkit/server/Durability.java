// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.util.Map;

/** What survives a crash of the machine. A killed process alone loses nothing either way. */
public enum Durability {
  /** Nothing is forced to the disk: fast, for tests. */
  RELAXED("off", "2", "0"),
  /** As a production server: for the demo and for measurements of commits. */
  DURABLE("on", "1", "1");

  private final String flushes;
  private final String innodbFlush;
  private final String binlogSync;

  Durability(String flushes, String innodbFlush, String binlogSync) {
    this.flushes = flushes;
    this.innodbFlush = innodbFlush;
    this.binlogSync = binlogSync;
  }

  Map<String, String> settings() {
    return Map.of("fsync", flushes, "full_page_writes", flushes);
  }

  /** With 2 the log is handed to the system at each commit, which outlives the process. */
  Map<String, String> mySqlSettings() {
    return Map.of("innodb_flush_log_at_trx_commit", innodbFlush, "sync_binlog", binlogSync);
  }
}
