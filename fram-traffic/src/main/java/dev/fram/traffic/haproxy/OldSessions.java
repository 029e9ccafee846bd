// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.haproxy;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * The sessions of one server that lead elsewhere than the server does by now. {@code shutdown
 * sessions server} would also close those of clients that came meanwhile and are on the new server
 * already. Where a session leads stands in {@code show sess all} only. Works on its caller's
 * thread.
 */
final class OldSessions {
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final int LOOKS = 100;

  /** HAProxy takes a line of commands up to its buffer's size (tune.bufsize, 16 KiB). */
  private static final int AT_ONCE = 100;

  private static final String ADDRESS = " addr=";
  private static final String NOWHERE = "";

  private final RuntimeApi api;
  private final String backend;
  private final String server;

  OldSessions(RuntimeApi api, String backend, String server) {
    this.api = api;
    this.backend = backend;
    this.server = server;
  }

  /**
   * Closes them, and looks until there is none that was not told to end. One stays in the list when
   * its client is gone and the old server has not noticed; that one is nobody's any more. One that
   * has no connection yet is looked at again: it may be about to lead to either.
   *
   * @param leadsTo where the server leads now, {@code address:port} as HAProxy writes it
   */
  void close(String leadsTo) throws IOException {
    Set<String> told = new HashSet<>();
    for (int i = 0; i < LOOKS; i++) {
      Map<String, String> sessions = sessions(api.ask("show sess all"));
      List<String> left =
          sessions.entrySet().stream()
              .filter(session -> !session.getValue().equals(leadsTo))
              .filter(session -> !session.getValue().equals(NOWHERE))
              .map(Map.Entry::getKey)
              .filter(id -> !told.contains(id))
              .toList();
      if (left.isEmpty() && !sessions.containsValue(NOWHERE)) {
        return;
      }
      for (int from = 0; from < left.size(); from += AT_ONCE) {
        List<String> some = left.subList(from, Math.min(from + AT_ONCE, left.size()));
        api.ask("shutdown session " + String.join(";shutdown session ", some));
      }
      told.addAll(left);
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  /**
   * Where each session through the server leads, by its id. A session begins with the id at the
   * margin; its other lines are indented.
   */
  private Map<String, String> sessions(String answer) {
    Map<String, String> found = new HashMap<>();
    String id = "";
    boolean ofBackend = false;
    for (String line : answer.lines().toList()) {
      String words = line.strip();
      if (line.startsWith("0x")) {
        id = line.substring(0, line.indexOf(':'));
        ofBackend = false;
      } else if (words.startsWith("backend=")) {
        ofBackend = words.startsWith("backend=" + backend + " ");
      } else if (ofBackend && words.startsWith("server=" + server + " ")) {
        int address = words.indexOf(ADDRESS);
        found.put(id, address < 0 ? NOWHERE : words.substring(address + ADDRESS.length()));
      }
    }
    return found;
  }
}
