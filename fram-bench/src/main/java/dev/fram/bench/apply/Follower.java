// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.apply;

import dev.fram.bench.measure.Usage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Something that keeps a target of its own up to date with the one source. */
public interface Follower extends AutoCloseable {
  String name();

  /** Makes it stand still, so that changes wait on the source. */
  void pause() throws Exception;

  /** Lets it go on. */
  void resume() throws Exception;

  long targetPid();

  /** A session in the database on its target; the caller closes it. */
  Connection connect() throws SQLException;

  /** What its own process has used; nothing when the servers do the work themselves. */
  Usage toolUsage();

  /** The most memory its own process has had, in bytes. */
  long toolPeak();

  /** More about each run. */
  default Map<String, Double> figures() {
    return Map.of();
  }

  @Override
  void close();
}
