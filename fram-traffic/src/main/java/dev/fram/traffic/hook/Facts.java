// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.hook;

import dev.fram.api.traffic.TrafficMove;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a command of the user's is told, as variables. */
public final class Facts {
  private Facts() {}

  /** By role ({@code FRAM_SOURCE_*}, {@code FRAM_TARGET_*}), and by way (FROM, TO). */
  public static Map<String, String> of(TrafficMove move, String step) {
    boolean forward = move.direction() == TrafficMove.Direction.FORWARD;
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("FRAM_MIGRATION", move.migration().value());
    facts.put("FRAM_STEP", step);
    facts.put("FRAM_DIRECTION", move.direction().name().toLowerCase(Locale.ROOT));
    server(facts, "FRAM_SOURCE_", forward ? move.from() : move.to());
    server(facts, "FRAM_TARGET_", forward ? move.to() : move.from());
    server(facts, "FRAM_FROM_", move.from());
    server(facts, "FRAM_TO_", move.to());
    return facts;
  }

  private static void server(Map<String, String> facts, String prefix, TrafficMove.Server server) {
    int port = server.address().port();
    facts.put(prefix + "HOST", server.address().host());
    facts.put(prefix + "PORT", port == 0 ? "" : String.valueOf(port));
    facts.put(prefix + "DATABASE", server.database());
  }
}
