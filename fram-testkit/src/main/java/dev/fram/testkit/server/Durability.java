// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.util.Map;

/** What survives a crash of the machine. A killed process alone loses nothing either way. */
public enum Durability {
  /** Nothing is forced to the disk: fast, for tests. */
  RELAXED(Map.of("fsync", "off", "full_page_writes", "off")),
  /** As a production server: for the demo and for measurements of commits. */
  DURABLE(Map.of("fsync", "on", "full_page_writes", "on"));

  private final Map<String, String> settings;

  Durability(Map<String, String> settings) {
    this.settings = settings;
  }

  Map<String, String> settings() {
    return settings;
  }
}
