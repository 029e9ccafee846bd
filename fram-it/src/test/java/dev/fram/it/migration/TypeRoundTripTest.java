// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every type of ALGORITHMS I.24 goes through the copy (rows that are there before) and through the
 * feed (rows inserted, changed, moved to another key and deleted once the copy is done), singly and
 * in numbers large enough for the set-based path. Both sides' digests must be equal.
 */
class TypeRoundTripTest {
  private static final int FOLLOWED = 1000;

  @ParameterizedTest
  @CsvSource({"V15,V18", "V18,V18"})
  void everyTypeSurvivesCopyAndFeed(PostgresVersion from, PostgresVersion to) throws Exception {
    ServerPair pair = ServerPair.of(from, to);
    String database = pair.freshDatabase("types");
    List<TypeCases.TypeCase> cases = TypeCases.all();
    try (Connection source = pair.source().connect(database);
        Statement sql = source.createStatement()) {
      for (String statement : TypeCases.SETUP) {
        sql.execute(statement);
      }
      for (int i = 0; i < cases.size(); i++) {
        create(sql, i, cases.get(i));
      }
      try (Move move =
          new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL)).begin()) {
        move.awaitPhase(PhaseName.READY);
        for (int i = 0; i < cases.size(); i++) {
          change(sql, i, cases.get(i));
        }
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        assertThat(move.assertEqualTables()).isEqualTo(2 * cases.size());
      }
    }
  }

  private static void create(Statement sql, int number, TypeCases.TypeCase type)
      throws SQLException {
    for (String name : names(number)) {
      sql.execute(
          "CREATE TABLE " + name + " (id int PRIMARY KEY, v " + type.type() + ", after text)");
      insert(sql, name, type, 0);
    }
    sql.execute("ALTER TABLE ty.full_" + number + " REPLICA IDENTITY FULL");
  }

  private static void change(Statement sql, int number, TypeCases.TypeCase type)
      throws SQLException {
    int values = type.values().size() + 1;
    for (String name : names(number)) {
      insert(sql, name, type, FOLLOWED);
      insert(sql, name, type, 2 * FOLLOWED);
      // A value that is not touched (a hole, when it is toasted) beside one that is.
      sql.execute("UPDATE " + name + " SET after = 'changed' WHERE id < " + values);
      sql.execute("UPDATE " + name + " SET id = id + 500 WHERE id % 2 = 1 AND id < " + values);
      sql.execute("DELETE FROM " + name + " WHERE id = " + FOLLOWED);
      for (int k = 1; k < values; k++) {
        sql.execute(
            "UPDATE "
                + name
                + " SET v = "
                + expression(type, k - 1)
                + " WHERE id = "
                + (FOLLOWED + k));
      }
      sql.execute("DELETE FROM " + name + " WHERE id > " + 2 * FOLLOWED + " AND id % 3 = 0");
    }
  }

  private static void insert(Statement sql, String name, TypeCases.TypeCase type, int base)
      throws SQLException {
    for (int k = 0; k <= type.values().size(); k++) {
      sql.execute(
          "INSERT INTO " + name + " VALUES (" + (base + k) + ", " + expression(type, k) + ", '')");
    }
  }

  private static String expression(TypeCases.TypeCase type, int k) {
    return k < type.values().size() ? "(" + type.values().get(k) + ")" : "NULL";
  }

  private static List<String> names(int number) {
    return new ArrayList<>(List.of("ty.t_" + number, "ty.full_" + number));
  }
}
