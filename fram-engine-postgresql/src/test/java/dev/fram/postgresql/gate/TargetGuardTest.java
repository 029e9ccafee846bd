// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The target's guards go while the application already writes. */
final class TargetGuardTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V18);
  private static final TableId ONE = new TableId("public", "one");
  private static final TableId TWO = new TableId("public", "two");

  private final TargetGuard guard = new TargetGuard(new MigrationId("00c0ffee"));

  /** A transaction that has one table and wants the other must not meet a deadlock with us. */
  @Test
  void anOpenTransactionIsNotDisturbed() throws Exception {
    SERVER.createDatabase("guards");
    try (Connection ours = SERVER.connect("guards");
        Connection application = SERVER.connect("guards")) {
      run(ours, "CREATE TABLE one (id int); CREATE TABLE two (id int)");
      guard.install(ours, List.of(ONE, TWO));
      guard.disarm(ours);
      application.setAutoCommit(false);
      run(application, "INSERT INTO two VALUES (1)");
      CompletableFuture<List<TableId>> left = CompletableFuture.supplyAsync(() -> remove(ours));
      await().until(() -> waits(application));
      run(application, "INSERT INTO one VALUES (1); INSERT INTO two VALUES (2)");
      application.commit();
      assertThat(left.join()).isEmpty();
      assertThat(guard.guarded(ours)).isEmpty();
    }
  }

  @Test
  void aTableThatIsAlwaysHeldIsNamedAndStaysOpen() throws Exception {
    SERVER.createDatabase("guards_held");
    try (Connection ours = SERVER.connect("guards_held");
        Connection application = SERVER.connect("guards_held");
        Connection another = SERVER.connect("guards_held")) {
      run(ours, "CREATE TABLE one (id int); CREATE TABLE two (id int)");
      guard.install(ours, List.of(ONE, TWO));
      guard.disarm(ours);
      application.setAutoCommit(false);
      run(application, "SELECT * FROM two");
      assertThat(guard.remove(ours)).containsExactly(TWO);
      assertThat(guard.guarded(ours)).containsExactly(TWO);
      run(another, "INSERT INTO two VALUES (1)");
      application.commit();
      assertThat(guard.remove(ours)).isEmpty();
    }
  }

  private List<TableId> remove(Connection connection) {
    try {
      return guard.remove(connection);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean waits(Connection connection) throws SQLException {
    try (Statement sql = connection.createStatement();
        var row = sql.executeQuery("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
