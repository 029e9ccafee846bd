// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import dev.fram.api.model.TableId;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Measures the target by a scratch table in Fram's own schema; touches nothing else. Several of
 * them share one scratch table: one creates and drops it. One session, owned by one thread.
 */
public interface TargetProbe extends AutoCloseable {
  /** What {@link #create} makes. */
  TableId SCRATCH = new TableId("fram", "scratch");

  LinkProbe link();

  /** The server's log; it needs the scratch table. */
  LogProbe log();

  Facts facts();

  /**
   * Makes the scratch table, and schema {@code fram} where there is none; what an earlier run has
   * left is replaced.
   *
   * @throws dev.fram.api.error.FramException TARGET_NOT_EMPTY when a table of that name is somebody
   *     else's
   */
  void create();

  /** Removes what {@link #create} made; Fram's schema only when it is empty and was not there. */
  void drop();

  /** Empties it. */
  void empty();

  /** Inserts one row in a durable transaction of its own. The number must be new and below 0. */
  void commitOne(long number);

  /**
   * Loads rows the way the copy does, in one durable transaction.
   *
   * @param first number of the first, from 0
   * @param rowBytes bytes of each
   * @return the bytes sent
   */
  long load(long first, int rows, int rowBytes);

  /**
   * Builds an index on a column whose values are in no order.
   *
   * @return its bytes
   */
  long buildIndex();

  /** Removes what {@link #buildIndex} made. */
  void dropIndex();

  /** The disk that the server keeps its data on, as far as it can be seen. */
  Disk disk();

  /** Updates these rows in one durable transaction, sent together. */
  void update(long[] numbers);

  /** Reads one row by its number. */
  void read(long number);

  /**
   * Reads rows and tells how many pages the server had to fetch from outside its own cache for each
   * of them; empty where it does not tell.
   */
  OptionalDouble fetchedPages(long[] numbers);

  /** Any thread: ends what the session is doing. */
  @Override
  void close();

  /**
   * @param cacheBytes size of the server's own cache; empty where unknown
   * @param commits whether an answered commit survives a crash
   * @param flushes how often a commit waits for the disk, one time after the other
   * @param indexesApart whether a table's indexes are built by statements of their own, and so by
   *     several sessions
   * @param reads what lies behind the server's cache
   * @param work what this engine's own statements take
   * @param settings the settings that say so, {@code name=value}
   */
  record Facts(
      OptionalLong cacheBytes,
      Durability commits,
      int flushes,
      boolean indexesApart,
      BehindCache reads,
      Work work,
      List<String> settings) {
    public Facts {
      settings = List.copyOf(settings);
    }
  }

  /**
   * What an engine's own statements take of both servers and of Fram, without durable commits and
   * round trips, on the machine of docs/explanation/forecast.md. Milliseconds.
   *
   * @param tableMillis to copy a table, however small: its columns asked for, its copy prepared and
   *     checked
   * @param handOverMillis while writes are blocked
   * @param handOverTableMillis while writes are blocked, for each table
   */
  record Work(double tableMillis, double handOverMillis, double handOverTableMillis) {}

  /** Whether an answered commit is on the disk. */
  enum Durability {
    ON_DISK,
    /** Settings let the server answer before. */
    NOT_FORCED
  }

  /** What answers when the server's own cache does not. */
  enum BehindCache {
    DISK,
    /** The operating system's cache, which nobody can look into by SQL. */
    OPERATING_SYSTEM
  }
}
