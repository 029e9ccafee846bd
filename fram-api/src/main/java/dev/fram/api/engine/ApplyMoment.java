// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.TableId;
import java.util.Optional;

/**
 * What the session that applies does on the target in one moment, as that server sees it. Many of
 * them tell where the time goes.
 *
 * @param doing what it does
 * @param table the table it writes to, where the server's statement tells
 * @param detail who it waits for, for people; empty where it waits for nobody. Never a value or the
 *     text of anybody's statement
 */
public record ApplyMoment(Doing doing, Optional<TableId> table, String detail) {
  /** What it does. */
  public enum Doing {
    /** There is no such session: nothing is applied now. */
    ABSENT,
    /** It waits for us to send something. */
    WAITS_FOR_US,
    /** It waits for a lock that another session holds. */
    WAITS_FOR_LOCK,
    /** It waits until the server's log is on the disk. */
    FLUSHES,
    /** It waits for a standby of the target. */
    WAITS_FOR_STANDBY,
    /** It waits for pages of tables or indexes to come from the disk. */
    READS,
    /** It computes. */
    COMPUTES,
    /** It reads a whole table for each changed row: nothing names the row there. */
    SEARCHES
  }
}
