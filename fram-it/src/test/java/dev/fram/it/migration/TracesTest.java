// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Fram leaves behind: nothing after a cancel, only the closed source after a completion. */
class TracesTest {
  private static final String TRACES =
      """
      SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
      UNION ALL SELECT 'publication ' || pubname FROM pg_publication
      UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname = 'fram'
      UNION ALL SELECT 'trigger on ' || tgrelid::regclass FROM pg_trigger WHERE tgname LIKE 'fram%'
      """;
  private static final String USER_OBJECTS =
      """
      SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
      UNION ALL SELECT 'schema ' || nspname FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')
      """;

  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);

  @Test
  void aCancelLeavesNothingAndTheSourceIsAsItWas() throws Exception {
    String database = pair.freshDatabase("cancel");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, 500);
    }
    List<String> before = list(pair.source(), database, USER_OBJECTS);
    try (Move move =
        new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL)).begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(list(pair.source(), database, TRACES)).isNotEmpty();
      Answer answer = client(move).cancel(status -> {});
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.CANCELLED);
    }
    assertThat(list(pair.source(), database, TRACES)).isEmpty();
    assertThat(list(pair.target(), database, TRACES)).isEmpty();
    assertThat(list(pair.source(), database, USER_OBJECTS))
        .containsExactlyInAnyOrderElementsOf(before);
    assertThat(list(pair.target(), database, USER_OBJECTS)).isEmpty();
    pair.drop(database);
  }

  @Test
  void aCompletionLeavesOnlyTheClosedSource() throws Exception {
    String database = pair.freshDatabase("complete");
    pair.source().execute(database, "CREATE TABLE t (id int PRIMARY KEY)");
    try (Move move = new Move(pair, database, Move.settings(MigrationSettings.Mode.AUTO))) {
      assertThat(move.finish().phase()).isEqualTo(PhaseName.SERVING);
      Answer answer = client(move).complete(status -> {});
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
    }
    assertThat(list(pair.target(), database, TRACES)).isEmpty();
    assertThat(list(pair.source(), database, TRACES))
        .containsExactlyInAnyOrder("schema fram", "trigger on t");
    assertThatThrownBy(() -> pair.source().execute(database, "INSERT INTO t VALUES (1)"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    pair.target().execute(database, "INSERT INTO t VALUES (1)");
    // As the guide has it for whoever wants to use the old server again.
    pair.source().execute(database, "DROP SCHEMA fram CASCADE; INSERT INTO t VALUES (1)");
    assertThat(list(pair.source(), database, TRACES)).isEmpty();
    pair.drop(database);
  }

  @Test
  void aSecondRunIsToldWhoHoldsTheLease() throws Exception {
    String database = pair.freshDatabase("lease");
    pair.source().execute(database, "CREATE TABLE t (id int PRIMARY KEY)");
    try (Move move =
            new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL)).begin();
        Move second = new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL))) {
      move.awaitPhase(PhaseName.READY);
      assertThatThrownBy(second::finish)
          .isInstanceOfSatisfying(
              FramException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.LEASE_HELD);
                assertThat(e.getMessage()).contains(String.valueOf(ProcessHandle.current().pid()));
              });
      assertThat(move.status().phase()).isEqualTo(PhaseName.READY);
    }
    pair.drop(database);
  }

  private static MigrationClient client(Move move) {
    return new MigrationClient(
        move.engine(), move.request(), MigrationSettings.defaults(), Clock.system());
  }

  private static List<String> list(PostgresServer server, String database, String query)
      throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = server.connect(database);
        Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery(query)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
