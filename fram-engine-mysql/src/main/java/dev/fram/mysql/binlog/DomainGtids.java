// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A point in a history of MariaDB's global transaction ids: of each domain the last transaction,
 * and with it all before it in that domain (MariaDB documentation, "Global Transaction ID").
 * Immutable.
 */
public final class DomainGtids {
  /** Before the first transaction. */
  public static final DomainGtids NONE = new DomainGtids(new TreeMap<>());

  private static final Pattern ONE = Pattern.compile("(\\d{1,10})-(\\d{1,10})-(\\d{1,20})");

  private final SortedMap<Long, Gtid> last;

  private DomainGtids(SortedMap<Long, Gtid> last) {
    this.last = last;
  }

  /**
   * One transaction. Within a domain numbers grow, whichever server gave them.
   *
   * @param domain of the domain, unsigned 32 bits
   * @param server of the server that committed it first, unsigned 32 bits
   * @param number unsigned 64 bits
   */
  public record Gtid(long domain, long server, long number) {
    @Override
    public String toString() {
      return domain + "-" + server + "-" + Long.toUnsignedString(number);
    }
  }

  /**
   * Reads what the server prints, in any order.
   *
   * @throws IllegalArgumentException when it is no such point, or names a domain twice
   */
  public static DomainGtids parse(String text) {
    TreeMap<Long, Gtid> found = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        Gtid one = one(part.strip());
        if (found.put(one.domain(), one) != null) {
          throw new IllegalArgumentException("domain " + one.domain() + " stands twice: " + text);
        }
      }
    }
    return new DomainGtids(found);
  }

  private static Gtid one(String part) {
    Matcher parts = ONE.matcher(part);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a GTID of MariaDB: " + part);
    }
    return new Gtid(
        Long.parseUnsignedLong(parts.group(1)),
        Long.parseUnsignedLong(parts.group(2)),
        Long.parseUnsignedLong(parts.group(3)));
  }

  /** The point behind this transaction, which comes next in the log. */
  public DomainGtids then(Gtid next) {
    TreeMap<Long, Gtid> now = new TreeMap<>(last);
    now.put(next.domain(), next);
    return new DomainGtids(now);
  }

  /** Whether each domain is at least as far here. */
  public boolean covers(DomainGtids other) {
    return other.last.values().stream().allMatch(this::covers);
  }

  private boolean covers(Gtid theirs) {
    Gtid ours = last.get(theirs.domain());
    return ours != null && Long.compareUnsigned(ours.number(), theirs.number()) >= 0;
  }

  /** Each domain as far as the farther of the two. */
  public DomainGtids union(DomainGtids other) {
    TreeMap<Long, Gtid> both = new TreeMap<>(last);
    for (Map.Entry<Long, Gtid> each : other.last.entrySet()) {
      if (!covers(each.getValue())) {
        both.put(each.getKey(), each.getValue());
      }
    }
    return new DomainGtids(both);
  }

  /** As the server prints it, domains in order. */
  @Override
  public String toString() {
    return last.values().stream().map(Gtid::toString).collect(Collectors.joining(","));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DomainGtids point && point.last.equals(last);
  }

  @Override
  public int hashCode() {
    return last.hashCode();
  }
}
