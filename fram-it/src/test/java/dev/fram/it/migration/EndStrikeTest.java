// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.it.migration.EndStrikes.Blow;
import dev.fram.it.migration.EndStrikes.End;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link EndStrikes} on real servers, of a migration with a way back: what is left in the end is
 * what a cancel or a completion leaves that nobody strikes. More than a killed completion where it
 * is asked for, by {@code -Dfram.end.step}.
 */
@Timeout(3_600)
class EndStrikeTest {
  /**
   * By name, because numbers are others in another database; what Fram made, and where writes go.
   */
  private static final List<String> POSTGRES =
      List.of(
          "SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()",
          "SELECT 'publication ' || pubname FROM pg_publication",
          "SELECT 'relation ' || oid::regclass || relkind::text || relreplident::text"
              + " FROM pg_class WHERE oid >= 16384 AND relnamespace::regnamespace::text !~ '^pg_'",
          "SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE oid >= 16384",
          "SELECT 'constraint ' || conname || convalidated FROM pg_constraint WHERE oid >= 16384",
          "SELECT 'schema ' || nspname || coalesce(nspacl::text, '') FROM pg_namespace"
              + " WHERE nspname !~ '^pg_(toast|temp)'",
          "SELECT 'event trigger ' || evtname || evtenabled::text FROM pg_event_trigger",
          "SELECT 'origin ' || roname FROM pg_replication_origin",
          "SELECT 'setting ' || setconfig::text FROM pg_db_role_setting WHERE setdatabase ="
              + " (SELECT oid FROM pg_database WHERE datname = current_database())",
          "SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname || tgenabled::text"
              + " FROM pg_trigger WHERE NOT tgisinternal",
          "SELECT 'session ' || application_name FROM pg_stat_activity"
              + " WHERE datname = current_database() AND application_name LIKE 'fram %'");

  private static final List<String> MYSQL_DOORS =
      List.of(
          "SELECT CONCAT_WS(' ', 'door', variable_name, variable_value)"
              + " FROM performance_schema.global_variables"
              + " WHERE variable_name IN ('read_only', 'super_read_only', 'event_scheduler')",
          "SELECT CONCAT_WS(' ', 'locked', user, host) FROM mysql.user WHERE account_locked = 'Y'");

  private static final List<String> MARIADB_DOORS =
      List.of(
          "SELECT CONCAT_WS(' ', 'door', variable_name, variable_value)"
              + " FROM information_schema.global_variables"
              + " WHERE variable_name IN ('READ_ONLY', 'EVENT_SCHEDULER')",
          "SELECT CONCAT_WS(' ', 'locked', user, host) FROM mysql.global_priv"
              + " WHERE JSON_VALUE(priv, '$.account_locked') = 'true'");

  @TempDir Path folder;

  @Test
  void aKilledCompletionLeavesNothingOnPostgres() throws Exception {
    nothingIsLeftOnPostgres(End.COMPLETE, Blow.KILL);
  }

  @ParameterizedTest
  @CsvSource({"COMPLETE, KILL", "COMPLETE, CUT", "CANCEL, KILL", "CANCEL, CUT"})
  @EnabledIfSystemProperty(named = "fram.end.step", matches = ".+")
  void nothingIsLeftOnPostgres(End end, Blow blow) throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String whole = postgres(pair, end);
    Set<String> there = names(pair.source(), whole);
    Set<String> here = names(pair.target(), whole);
    pair.drop(whole);
    String database = pair.freshDatabase("end");
    pair.source().execute(database, JournalStrikeTest.TABLES);
    try (EndStrikes strikes =
        new EndStrikes(
            pair.sourceEndpoint(database),
            pair.targetEndpoint(database),
            () -> pair.target().connect(database),
            folder)) {
      strikes.migrate(end);
      strikes.strike(end, blow);
      assertThat(difference(names(pair.source(), database), there)).as(strikes.story()).isEmpty();
      assertThat(difference(names(pair.target(), database), here)).as(strikes.story()).isEmpty();
      String write = "INSERT INTO coded VALUES ('written', 1)";
      if (end == End.COMPLETE) {
        pair.target().execute(database, write);
        assertThatThrownBy(() -> pair.source().execute(database, write))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        strikes.assertReported();
      } else {
        pair.source().execute(database, write);
      }
    }
    pair.drop(database);
  }

  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  void aKilledCompletionLeavesNothingOnMySql(MySqlVersion version) throws Exception {
    nothingIsLeftOnMySql(version, End.COMPLETE, Blow.KILL);
  }

  @ParameterizedTest
  @CsvSource({
    "V8_0, COMPLETE, KILL",
    "V8_0, COMPLETE, CUT",
    "V8_0, CANCEL, KILL",
    "V8_0, CANCEL, CUT",
    "MARIADB_11_4, COMPLETE, KILL",
    "MARIADB_11_4, COMPLETE, CUT",
    "MARIADB_11_4, CANCEL, KILL",
    "MARIADB_11_4, CANCEL, CUT"
  })
  @EnabledIfSystemProperty(named = "fram.end.step", matches = ".+")
  void nothingIsLeftOnMySql(MySqlVersion version, End end, Blow blow) throws Exception {
    MySqlPair pair = MySqlPair.of(version, version);
    try (EndStrikes strikes = mySql(pair)) {
      strikes.migrate(end);
      strikes.whole(end);
    }
    Set<String> there = look(pair.source());
    Set<String> here = look(pair.target());
    try (EndStrikes strikes = mySql(pair)) {
      strikes.migrate(end);
      strikes.strike(end, blow);
      assertThat(difference(look(pair.source()), there)).as(strikes.story()).isEmpty();
      assertThat(difference(look(pair.target()), here)).as(strikes.story()).isEmpty();
      MySqlServer serves = end == End.COMPLETE ? pair.target() : pair.source();
      write(serves);
      if (end == End.COMPLETE) {
        assertThatThrownBy(() -> write(pair.source())).isInstanceOf(SQLException.class);
        strikes.assertReported();
      }
    }
  }

  /** The way back is gone, and the old server still lets Fram in. */
  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  void theOldServerEndsClosedToEverybody(MySqlVersion version) throws Exception {
    MySqlPair pair = MySqlPair.of(version, version);
    try (EndStrikes strikes = mySql(pair)) {
      strikes.migrate(End.COMPLETE);
      strikes.whole(End.COMPLETE);
    }
    Set<String> there = look(pair.source());
    try (EndStrikes strikes = mySql(pair)) {
      strikes.migrate(End.COMPLETE);
      strikes.cutAt(End.COMPLETE, "DROP TABLE fram.reverse_feed");
      assertThat(difference(look(pair.source()), there)).isEmpty();
    }
  }

  /**
   * What a server keeps of Fram goes in one statement, or whoever comes next finds nothing to do.
   */
  @ParameterizedTest
  @CsvSource({"V8_0, true", "V8_0, false", "MARIADB_11_4, true", "MARIADB_11_4, false"})
  void anEmptyDatabaseIsNotLeft(MySqlVersion version, boolean old) throws Exception {
    MySqlPair pair = MySqlPair.of(version, version);
    try (EndStrikes strikes = mySql(pair)) {
      Set<String> there = look(pair.source());
      Set<String> here = look(pair.target());
      strikes.migrate(End.CANCEL);
      String last =
          old ? "TABLE (IF EXISTS )?fram\\.(handover|closed)" : "\\w+ IF EXISTS `?fram\\b";
      strikes.killAt(End.CANCEL, old, Pattern.compile("DROP " + last));
      assertThat(difference(look(pair.source()), there)).isEmpty();
      assertThat(difference(look(pair.target()), here)).isEmpty();
    }
  }

  /** One that nobody strikes. */
  private String postgres(ServerPair pair, End end) throws Exception {
    String database = pair.freshDatabase("whole");
    pair.source().execute(database, JournalStrikeTest.TABLES);
    try (EndStrikes strikes =
        new EndStrikes(
            pair.sourceEndpoint(database),
            pair.targetEndpoint(database),
            () -> pair.target().connect(database),
            folder)) {
      strikes.migrate(end);
      strikes.whole(end);
    }
    return database;
  }

  private EndStrikes mySql(MySqlPair pair) throws Exception {
    pair.fresh();
    pair.source().execute("", MySqlJournalStrikeTest.TABLES);
    MySqlJournalStrikeTest.observed(pair.source());
    MySqlJournalStrikeTest.observed(pair.target());
    return new EndStrikes(
        pair.sourceEndpoint("app"),
        pair.targetEndpoint("app"),
        MySqlJournalStrikeTest.observer(pair.target()),
        folder,
        "--provider-account=" + MySqlJournalStrikeTest.OBSERVER + "@%");
  }

  private static void write(MySqlServer server) throws SQLException {
    try (Connection connection = MySqlJournalStrikeTest.login(server).open();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO coded VALUES ('written', 1)");
    }
  }

  private static Set<String> names(PostgresServer server, String database) throws SQLException {
    Set<String> found = new TreeSet<>();
    try (Connection connection = server.connect(database)) {
      read(connection, POSTGRES, found);
    }
    return found;
  }

  private static Set<String> look(MySqlServer server) throws SQLException {
    try (Connection connection = MySqlPair.administer(server)) {
      Set<String> found = new TreeSet<>(CatalogLook.mysql(connection));
      read(connection, server.version().mariaDb() ? MARIADB_DOORS : MYSQL_DOORS, found);
      return found;
    }
  }

  /** What is there and should not be, and what should be there. */
  private static List<String> difference(Set<String> found, Set<String> expected) {
    return Stream.concat(
            found.stream().filter(line -> !expected.contains(line)).map("too much: "::concat),
            expected.stream().filter(line -> !found.contains(line)).map("missing: "::concat))
        .toList();
  }

  private static void read(Connection connection, List<String> queries, Set<String> into)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String query : queries) {
        try (ResultSet rows = statement.executeQuery(query)) {
          while (rows.next()) {
            into.add(rows.getString(1).replaceAll("handed_over_[0-9a-f]+", "handed_over"));
          }
        }
      }
    }
  }
}
