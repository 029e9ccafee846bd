// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.haproxy;

import dev.fram.traffic.socket.Place;
import dev.fram.traffic.socket.TimedSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * HAProxy's runtime API (management guide, "Unix Socket commands"): one command a connection, the
 * answer as text. What a command has done is read back; its answer is only for people.
 */
final class RuntimeApi {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final Place place;

  RuntimeApi(Place place) {
    this.place = place;
  }

  String ask(String command) throws IOException {
    try (TimedSocket socket = TimedSocket.open(place, LIMIT)) {
      socket.write((command + "\n").getBytes(StandardCharsets.UTF_8));
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      for (int next = socket.read(); next >= 0; next = socket.read()) {
        answer.write(next);
      }
      return answer.toString(StandardCharsets.UTF_8).strip();
    }
  }

  /** The servers of a backend by column name; empty when there is no such backend. */
  List<Map<String, String>> servers(String backend) throws IOException {
    List<String> lines = ask("show servers state " + backend).lines().toList();
    if (lines.size() < 2 || !lines.get(1).startsWith("# ")) {
      return List.of();
    }
    return table(lines.get(1).substring(2), lines.subList(2, lines.size()), " ");
  }

  private static List<Map<String, String>> table(
      String header, List<String> lines, String separator) {
    String[] names = header.split(separator, -1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines) {
      String[] values = line.split(separator, -1);
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < Math.min(names.length, values.length); i++) {
        row.put(names[i], values[i]);
      }
      if (values.length > 2) {
        rows.add(row);
      }
    }
    return rows;
  }
}
