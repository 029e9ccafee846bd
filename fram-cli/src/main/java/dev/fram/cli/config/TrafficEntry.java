// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.traffic.SwitchKind;
import java.util.List;
import java.util.Map;

/**
 * One switch of the traffic as the user gave it; each value is of the right form.
 *
 * @param kind what it is
 * @param texts each key's value
 * @param origin where it stands, for messages: {@code fram.yaml:12}
 */
record TrafficEntry(SwitchKind kind, Map<String, List<String>> texts, String origin) {
  TrafficEntry {
    texts = Map.copyOf(texts);
  }

  /** Keeps the texts, which may hold a secret, out of messages and logs. */
  @Override
  public String toString() {
    return kind.type() + " (" + origin + ")";
  }
}
