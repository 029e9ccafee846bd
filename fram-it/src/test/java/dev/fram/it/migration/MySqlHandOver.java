// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.comparison.MySqlComparison;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.workload.ConnectionProvider;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The application's way to the target, which keeps the target as it was before the first writer got
 * in: a snapshot. The source stands still since then, so the two can be compared to the last row
 * while the application goes on. Connections are given to any thread; the test's asks.
 */
final class MySqlHandOver implements ConnectionProvider, AutoCloseable {
  /** An event fires into it on the target from the opening on. */
  private static final String TICKS = "`app`.`tick`";

  private final MySqlPair pair;
  private @Nullable Connection snapshot;

  MySqlHandOver(MySqlPair pair) {
    this.pair = pair;
  }

  @Override
  public synchronized Connection connect() throws SQLException {
    if (snapshot == null) {
      Connection connection = MySqlPair.administer(pair.target());
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
      }
      snapshot = connection;
    }
    return pair.applicationOnTarget().connect();
  }

  synchronized void assertEqualServers() throws SQLException {
    assertThat(snapshot).as("the first writer on the target").isNotNull();
    try (Connection source = MySqlPair.administer(pair.source())) {
      assertThat(MySqlComparison.differences(source, snapshot, Set.of(TICKS))).isEmpty();
    }
  }

  /**
   * The source's firings are all on the target; none of them is later than the first one there, and
   * no more come when it fires on the target again.
   */
  void assertEventsFiredOnOneSide() throws SQLException {
    String before = "WHERE server = " + value(pair.source(), "SELECT @@global.server_id");
    String after = "WHERE server = " + value(pair.target(), "SELECT @@global.server_id");
    String count = "SELECT COUNT(*) FROM app.tick ";
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !value(pair.target(), count + after).equals("0"));
    String firings = "SELECT CONCAT(nr, ' ', fired) FROM app.tick ";
    List<String> onSource = values(pair.source(), firings + "ORDER BY nr");
    assertThat(onSource).isNotEmpty();
    assertThat(values(pair.target(), firings + before + " ORDER BY nr")).isEqualTo(onSource);
    String last = value(pair.source(), "SELECT MAX(fired) FROM app.tick");
    String first = value(pair.target(), "SELECT MIN(fired) FROM app.tick " + after);
    assertThat(first).isGreaterThan(last);
    assertThat(value(pair.source(), count + after)).isEqualTo("0");
  }

  private static String value(MySqlServer server, String sql) throws SQLException {
    return values(server, sql).getFirst();
  }

  private static List<String> values(MySqlServer server, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  @Override
  public synchronized void close() throws SQLException {
    if (snapshot != null) {
      snapshot.close();
    }
  }
}
