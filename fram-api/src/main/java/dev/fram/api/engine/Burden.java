// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.OptionalLong;

/**
 * One thing that Fram costs the source while it is there, as the server tells it.
 *
 * @param kind what it is, and in which unit
 * @param amount how much now
 * @param limit where the server itself puts an end to it, or where harm begins by its manual; empty
 *     where it lets it grow
 * @param free what is left on the disk that it lies on, in the same unit; empty where that cannot
 *     be seen, or means nothing
 * @param holder what of Fram's holds it, for people: {@code replication slot fram_3f2a91bc}
 */
public record Burden(Kind kind, long amount, OptionalLong limit, OptionalLong free, String holder) {
  /** Where no disk is looked at. */
  public Burden(Kind kind, long amount, OptionalLong limit, String holder) {
    this(kind, amount, limit, OptionalLong.empty(), holder);
  }

  /** What is kept, by what, and in which unit. */
  public enum Kind {
    /** Bytes of log that the server may not throw away: held by the feed. */
    LOG,
    /** Transactions since the oldest one that the feed needs the catalogs of: held by the feed. */
    FEED_AGE,
    /** Transactions since the oldest snapshot: held by sessions that copy or compare. */
    SNAPSHOT_AGE,
    /** Old versions of rows that cannot be thrown away: held by sessions that copy or compare. */
    UNDO
  }
}
