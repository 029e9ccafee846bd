// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which transactions a snapshot sees. A transaction whose commit stands in the log may still be
 * unseen: that gap is what makes every comparison of positions wrong.
 *
 * @param next the first transaction number not yet given out
 * @param unseen numbers below it that are not visible
 */
record Visibility(long next, Set<Long> unseen) {
  boolean sees(long xid) {
    return xid < next && !unseen.contains(xid);
  }

  String text() {
    return next
        + ":"
        + new TreeSet<>(unseen).stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  static Visibility parse(String text) {
    String[] halves = text.split(":", -1);
    Set<Long> unseen = new TreeSet<>();
    for (String xid : halves[1].split(",", -1)) {
      if (!xid.isEmpty()) {
        unseen.add(Long.parseLong(xid));
      }
    }
    return new Visibility(Long.parseLong(halves[0]), unseen);
  }
}
