// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.util.Map;

/** What survives a crash of the machine. A killed process alone loses nothing either way. */
public enum Durability {
  /** Nothing is forced to the disk: fast, for tests. */
  RELAXED("off"),
  /** As a production server: for the demo and for measurements of commits. */
  DURABLE("on");

  private final String flushes;

  Durability(String flushes) {
    this.flushes = flushes;
  }

  Map<String, String> settings() {
    return Map.of("fsync", flushes, "full_page_writes", flushes);
  }
}
