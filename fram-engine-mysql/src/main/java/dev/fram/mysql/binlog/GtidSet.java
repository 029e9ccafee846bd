// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A set of MySQL's global transaction ids, tags of 8.3 and later included (manual, "GTID Format and
 * Storage"). Immutable.
 */
public final class GtidSet {
  /** The set with nothing in it: before the first transaction. */
  public static final GtidSet EMPTY = new GtidSet(new TreeMap<>());

  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  private static final Pattern TAG = Pattern.compile("[a-z_][a-z0-9_]{0,31}");

  /** By origin: the server's UUID, and after a colon the tag when there is one. */
  private final SortedMap<String, IntervalSet> byOrigin;

  private GtidSet(SortedMap<String, IntervalSet> byOrigin) {
    this.byOrigin = byOrigin;
  }

  /** One transaction's id: {@code uuid:7} or {@code uuid:tag:7}. */
  public static GtidSet of(String origin, long number) {
    TreeMap<String, IntervalSet> one = new TreeMap<>();
    one.put(origin.toLowerCase(Locale.ROOT), IntervalSet.of(number, number));
    return new GtidSet(one);
  }

  /**
   * Reads what the server prints, with or without line breaks.
   *
   * @throws IllegalArgumentException when it is not a set of GTIDs
   */
  public static GtidSet parse(String text) {
    TreeMap<String, IntervalSet> found = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        addPart(found, part.strip().toLowerCase(Locale.ROOT));
      }
    }
    return new GtidSet(found);
  }

  public boolean isEmpty() {
    return byOrigin.isEmpty();
  }

  /** Whether every transaction of {@code other} is in this set. */
  public boolean contains(GtidSet other) {
    for (Map.Entry<String, IntervalSet> each : other.byOrigin.entrySet()) {
      IntervalSet ours = byOrigin.get(each.getKey());
      if (ours == null || !ours.contains(each.getValue())) {
        return false;
      }
    }
    return true;
  }

  public GtidSet union(GtidSet other) {
    TreeMap<String, IntervalSet> all = new TreeMap<>(byOrigin);
    other.byOrigin.forEach((origin, set) -> all.merge(origin, set, IntervalSet::union));
    return new GtidSet(all);
  }

  public GtidSet intersection(GtidSet other) {
    TreeMap<String, IntervalSet> both = new TreeMap<>();
    byOrigin.forEach((origin, set) -> {
      IntervalSet theirs = other.byOrigin.get(origin);
      IntervalSet common = theirs == null ? IntervalSet.EMPTY : set.intersection(theirs);
      if (!common.isEmpty()) {
        both.put(origin, common);
      }
    });
    return new GtidSet(both);
  }

  /** What is in this set and not in {@code other}. */
  public GtidSet minus(GtidSet other) {
    TreeMap<String, IntervalSet> rest = new TreeMap<>();
    byOrigin.forEach((origin, set) -> {
      IntervalSet theirs = other.byOrigin.get(origin);
      IntervalSet left = theirs == null ? set : set.minus(theirs);
      if (!left.isEmpty()) {
        rest.put(origin, left);
      }
    });
    return new GtidSet(rest);
  }

  /** How many transactions the set holds. */
  public long count() {
    return byOrigin.values().stream().mapToLong(IntervalSet::count).sum();
  }

  /** The canonical text, as the server prints it: one part a UUID, the untagged numbers first. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String uuid = "";
    for (Map.Entry<String, IntervalSet> each : byOrigin.entrySet()) {
      String[] origin = each.getKey().split(":", 2);
      if (!origin[0].equals(uuid)) {
        text.append(text.isEmpty() ? "" : ",").append(origin[0]);
        uuid = origin[0];
      }
      text.append(origin.length == 2 ? ":" + origin[1] : "").append(':').append(each.getValue());
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GtidSet set && set.byOrigin.equals(byOrigin);
  }

  @Override
  public int hashCode() {
    return byOrigin.hashCode();
  }

  /** {@code uuid:1-5:7:tag:1-3}: a tag holds for the numbers behind it. */
  private static void addPart(Map<String, IntervalSet> found, String part) {
    String[] pieces = part.split(":", -1);
    String uuid = pieces[0].strip();
    if (!UUID.matcher(uuid).matches() || pieces.length < 2) {
      throw malformed(part);
    }
    String origin = dashed(uuid);
    List<String> rest = new ArrayList<>(List.of(pieces).subList(1, pieces.length));
    for (String piece : rest) {
      String word = piece.strip();
      if (TAG.matcher(word).matches()) {
        origin = dashed(uuid) + ":" + word;
      } else {
        found.merge(origin, interval(word, part), IntervalSet::union);
      }
    }
  }

  private static String dashed(String uuid) {
    String hex = uuid.replace("-", "");
    return String.join(
        "-",
        hex.substring(0, 8),
        hex.substring(8, 12),
        hex.substring(12, 16),
        hex.substring(16, 20),
        hex.substring(20));
  }

  private static IntervalSet interval(String word, String part) {
    try {
      int dash = word.indexOf('-');
      long from = Long.parseLong(dash < 0 ? word : word.substring(0, dash).strip());
      long to = dash < 0 ? from : Long.parseLong(word.substring(dash + 1).strip());
      if (from < 1 || to < from) {
        throw malformed(part);
      }
      return IntervalSet.of(from, to);
    } catch (NumberFormatException e) {
      throw malformed(part);
    }
  }

  private static IllegalArgumentException malformed(String part) {
    return new IllegalArgumentException("not a set of GTIDs: " + part);
  }
}
