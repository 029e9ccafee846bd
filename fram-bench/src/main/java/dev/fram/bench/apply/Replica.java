// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.apply;

import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.Usage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** MySQL's own replica, which writes a binary log itself, as Fram's target does. */
final class Replica implements Follower {
  private final TargetServer target;
  private final int workers;

  private Replica(TargetServer target, int workers) {
    this.target = target;
    this.workers = workers;
  }

  /** Loads the data set, whose making is the same everywhere, and begins to follow. */
  static Replica start(MySqlArena arena, TargetServer.MySql target, int workers)
      throws IOException, SQLException {
    arena.fill(target.server());
    Replica made = new Replica(target, workers);
    made.run("SET GLOBAL replica_parallel_workers = " + workers);
    made.run("CHANGE REPLICATION SOURCE TO " + arena.replicaLogin() + ", SOURCE_AUTO_POSITION=1");
    made.resume();
    return made;
  }

  @Override
  public String name() {
    return "native replica, " + workers + (workers == 1 ? " worker" : " workers");
  }

  @Override
  public void pause() throws SQLException {
    run("STOP REPLICA");
  }

  @Override
  public void resume() throws SQLException {
    run("START REPLICA");
  }

  @Override
  public long targetPid() {
    return target.pid();
  }

  @Override
  public Connection connect() throws SQLException {
    return target.connect();
  }

  @Override
  public Usage toolUsage() {
    return new Usage(0, 0);
  }

  @Override
  public long toolPeak() {
    return 0;
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = target.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {}
}
