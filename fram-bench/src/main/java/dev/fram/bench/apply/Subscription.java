// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.apply;

import dev.fram.bench.data.DataSet;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.Usage;
import dev.fram.bench.tool.Shell;
import dev.fram.testkit.server.PostgresServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** PostgreSQL's own logical replication, with the settings that it comes with. */
final class Subscription implements Follower {
  private static final String NAME = "bench";
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int LOOKS = 2400;

  private final PostgresArena arena;
  private final TargetServer target;

  private Subscription(PostgresArena arena, TargetServer target) {
    this.arena = arena;
    this.target = target;
  }

  /** Makes the schema and the subscription, and waits until all tables are there. */
  static Subscription start(PostgresArena arena, TargetServer target)
      throws IOException, SQLException {
    Subscription made = new Subscription(arena, target);
    made.schema();
    PostgresServer source = arena.source();
    source.execute(
        DataSet.DATABASE,
        "CREATE PUBLICATION bench FOR TABLE " + String.join(", ", arena.data().tables()));
    made.run(
        "CREATE SUBSCRIPTION %s CONNECTION 'host=%s port=%d user=%s password=%s dbname=%s' PUBLICATION bench"
            .formatted(
                NAME,
                source.host(),
                source.port(),
                source.user(),
                source.password(),
                DataSet.DATABASE));
    made.await("SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'");
    made.run("ANALYZE");
    return made;
  }

  private void schema() throws IOException, SQLException {
    try (Connection connection = target.connect()) {
      Map<String, String> environment = new TreeMap<>(arena.environment());
      String url = connection.getMetaData().getURL().substring("jdbc:".length());
      environment.put("TO", url.replace("//", "//postgres@"));
      environment.put("PGPASSFILE", arena.passwords(target).toString());
      Shell.run(
          "pg_dump -s -n public -d \"$SRC\" | sed '/^CREATE SCHEMA public;$/d' |"
              + " psql -Xq -v ON_ERROR_STOP=1 -d \"$TO\"",
          environment);
    }
  }

  @Override
  public String name() {
    return "native subscription";
  }

  @Override
  public void pause() throws SQLException {
    run("ALTER SUBSCRIPTION " + NAME + " DISABLE");
    await("SELECT count(*) = 0 FROM pg_stat_subscription WHERE pid IS NOT NULL");
  }

  @Override
  public void resume() throws SQLException {
    run("ALTER SUBSCRIPTION " + NAME + " ENABLE");
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

  private void await(String question) throws SQLException {
    try (Connection connection = target.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < LOOKS; i++) {
        try (ResultSet rows = statement.executeQuery(question)) {
          if (rows.next() && rows.getBoolean(1)) {
            return;
          }
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      throw new IllegalStateException("not true in time: " + question);
    }
  }

  @Override
  public void close() {}
}
