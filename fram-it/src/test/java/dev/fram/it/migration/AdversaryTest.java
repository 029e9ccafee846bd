// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each of these once lost or doubled a row, or could not end well, without a word. */
class AdversaryTest {
  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
  private String database = "";
  private Connection source;
  private Connection target;

  @BeforeEach
  void connect() throws Exception {
    database = pair.freshDatabase("adversary");
    source = pair.source().connect(database);
    target = pair.target().connect(database);
  }

  @AfterEach
  void close() throws Exception {
    source.close();
    target.close();
  }

  private Move ready() {
    Move move = new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL)).begin();
    move.awaitPhase(PhaseName.READY);
    return move;
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Test
  void triggersOfAnUndoneCutoverDoNotFireOnWhatIsAppliedNext() throws Exception {
    run(
        source,
        """
        CREATE TABLE item (id int PRIMARY KEY);
        CREATE TABLE audit (item int);
        ALTER TABLE audit REPLICA IDENTITY FULL;
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN INSERT INTO public.audit VALUES (NEW.id); RETURN NULL; END $$;
        CREATE TRIGGER note AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION note();
        ALTER TABLE item ENABLE ALWAYS TRIGGER note;
        INSERT INTO item SELECT generate_series(1, 10);
        """);
    try (Move move = ready()) {
      assertThat(Cutovers.dryRun(move).exitCode()).isZero();
      run(source, "UPDATE fram.handover SET epoch = 1000000");
      Answer refused = Cutovers.cutOver(move);
      assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
      run(source, "UPDATE fram.handover SET epoch = 0");
      run(source, "INSERT INTO item SELECT generate_series(11, 20)");
      Answer done = Cutovers.cutOver(move);
      assertThat(done.exitCode()).as(done.toString()).isZero();
      move.awaitEnd();
      assertThat(number(target, "SELECT count(*) FROM audit")).isEqualTo(20);
      move.assertEqualTables();
    }
  }

  @Test
  void aTableThatWasReplacedByAnEqualOneIsNoticed() throws Exception {
    run(source, "CREATE TABLE item (id int PRIMARY KEY); INSERT INTO item VALUES (1)");
    try (Move move = ready()) {
      run(source, "DROP TABLE item; CREATE TABLE item (id int PRIMARY KEY)");
      run(source, "INSERT INTO item VALUES (2)");
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isNotZero();
    }
  }

  @Test
  void aRewriteThatChangesValuesButNoTypeIsNoticed() throws Exception {
    run(source, "CREATE TABLE item (id int PRIMARY KEY, n int); INSERT INTO item VALUES (1, 1)");
    try (Move move = ready()) {
      run(source, "ALTER TABLE item ALTER n TYPE int USING n * 100");
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isNotZero();
    }
  }

  @Test
  void aRewriteThatChangesNothingIsNoObstacle() throws Exception {
    run(source, "CREATE TABLE item (id int PRIMARY KEY, n int); INSERT INTO item VALUES (1, 1)");
    try (Move move = ready()) {
      run(source, "VACUUM FULL item");
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      move.awaitEnd();
    }
  }

  @Test
  void anIdentityWithAComputedColumnIsRefused() throws Exception {
    run(
        source,
        "CREATE TABLE item (a int, b int, g int GENERATED ALWAYS AS (b) STORED NOT NULL,"
            + " PRIMARY KEY (a, g)); INSERT INTO item VALUES (1, 4)");
    try (Move move = new Move(pair, database, Move.settings(MigrationSettings.Mode.AUTO))) {
      assertThatThrownBy(move::finish).hasMessageContaining("item");
    }
  }

  @Test
  void unloggedTablesThatReferToEachOtherMove() throws Exception {
    run(
        source,
        """
        CREATE UNLOGGED TABLE parent (id int PRIMARY KEY);
        CREATE UNLOGGED TABLE child (id int PRIMARY KEY, p int REFERENCES parent);
        INSERT INTO parent SELECT generate_series(1, 10);
        INSERT INTO child SELECT i, i FROM generate_series(1, 10) i;
        """);
    try (Move move = ready()) {
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      move.awaitEnd();
      assertThat(number(target, "SELECT count(*) FROM parent JOIN child ON p = parent.id"))
          .isEqualTo(10);
    }
  }

  @Test
  void aTargetThatWentBackInTimeIsNoticed() throws Exception {
    run(source, "CREATE TABLE item (id int PRIMARY KEY)");
    long before;
    try (Move move = ready()) {
      before = number(target, "SELECT position - '0/0' FROM fram.feed");
      run(source, "INSERT INTO item VALUES (1)");
      awaitConfirmed(before);
      assertThat(move.status().phase()).isEqualTo(PhaseName.READY);
    }
    run(target, "SET session_replication_role = replica; DELETE FROM item");
    run(target, "UPDATE fram.feed SET position = '0/0'::pg_lsn + " + before);
    try (Move move = new Move(pair, database, Move.settings(MigrationSettings.Mode.AUTO))) {
      assertThatThrownBy(move::finish).hasMessageContaining("confirmed");
    }
  }

  private void awaitConfirmed(long before) {
    org.awaitility.Awaitility.await()
        .until(() ->
            number(
                    source,
                    "SELECT confirmed_flush_lsn - '0/0'::pg_lsn FROM pg_replication_slots"
                        + " WHERE database = current_database()")
                > before + 200);
  }

  @Test
  void whatIsConfirmedToTheSourceSurvivesACrashOfATargetThatCommitsLazily() throws Exception {
    run(source, "CREATE TABLE item (id int PRIMARY KEY)");
    run(target, "ALTER DATABASE " + database + " SET synchronous_commit = off");
    try (Move move = ready()) {
      run(target, "CREATE TABLE public.seen (mode text)");
      run(
          target,
          """
          CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO public.seen VALUES (current_setting('synchronous_commit'));
            RETURN NULL; END $$;
          CREATE TRIGGER look AFTER UPDATE ON fram.feed
            FOR EACH ROW EXECUTE FUNCTION public.look();
          ALTER TABLE fram.feed ENABLE ALWAYS TRIGGER look;
          """);
      run(source, "INSERT INTO item VALUES (1)");
      org.awaitility.Awaitility.await()
          .until(() -> number(target, "SELECT count(*) FROM seen") > 0);
      assertThat(number(target, "SELECT count(*) FROM seen WHERE mode = 'off'")).isZero();
      assertThat(move.status().phase()).isEqualTo(PhaseName.READY);
    }
  }

  @Test
  void aHandOverThatAnotherRunHasCommittedIsFoundOut() throws Exception {
    run(source, "CREATE TABLE item (id int PRIMARY KEY); INSERT INTO item VALUES (1)");
    try (Move move = ready()) {
      assertThat(Cutovers.dryRun(move).exitCode()).isZero();
      run(
          source,
          """
          BEGIN;
          CREATE TRIGGER fram_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON item
            FOR EACH STATEMENT EXECUTE FUNCTION fram.handed_over_%s('other');
          UPDATE fram.handover SET state = 'HANDED_OVER', epoch = 1,
            frozen_at = pg_current_wal_insert_lsn();
          COMMIT;
          """
              .formatted(move.status().migration()));
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
  }

  @Test
  void anEnabledSubscriptionKeepsTheGateOpen() throws Exception {
    run(source, "CREATE TABLE item (id int PRIMARY KEY)");
    try (Move move = ready()) {
      run(
          source,
          "CREATE SUBSCRIPTION feeder CONNECTION 'host=127.0.0.1 port=1 connect_timeout=1'"
              + " PUBLICATION p WITH (connect = false, slot_name = 'feeder')");
      run(source, "ALTER SUBSCRIPTION feeder ENABLE");
      Answer refused = Cutovers.cutOver(move);
      assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
      assertThat(refused.toString()).contains("feeder");
      run(source, "ALTER SUBSCRIPTION feeder DISABLE");
      run(source, "ALTER SUBSCRIPTION feeder SET (slot_name = NONE)");
      run(source, "DROP SUBSCRIPTION feeder");
      Answer done = Cutovers.cutOver(move);
      assertThat(done.exitCode()).as(done.toString()).isZero();
    }
  }
}
