// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import dev.fram.api.model.Table;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/** Measures the source; reads only. One session, owned by one thread. */
public interface SourceProbe extends AutoCloseable {
  LinkProbe link();

  /**
   * Reads rows as a copy does, and forgets them.
   *
   * @param start where to begin, as a share of the table from 0 to 1; an engine that can only begin
   *     at the beginning does so
   * @param more asked with the bytes read so far; the reading ends as soon as it says no
   */
  Sample read(Table table, double start, LongPredicate more);

  /** The disk that the server keeps its data on, as far as it can be seen. */
  Disk disk();

  /** What the server has written since some fixed time. */
  Written written();

  /** How long the server keeps its log for somebody who has not read it. */
  LogKeeping keeping();

  /** Bytes of the indexes that are built after the rows are there; empty where unknown. */
  OptionalLong indexBytes(List<Table> tables);

  /** Any thread: ends what the session is doing. */
  @Override
  void close();

  /**
   * @param rows rows read
   * @param bytes their bytes on the way, without the protocol's own
   */
  record Sample(long rows, long bytes) {}

  /**
   * Counters that only grow; each is empty where the server does not tell.
   *
   * @param logBytes bytes of log, of the whole server
   * @param commits transactions that wrote, or of the database where the server counts them so
   * @param rows rows inserted, updated and deleted
   */
  record Written(OptionalLong logBytes, OptionalLong commits, OptionalLong rows) {}
}
