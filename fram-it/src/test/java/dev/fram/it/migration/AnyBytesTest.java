// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.TableOptions;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A database in SQL_ASCII holds text that is valid in no encoding (ALGORITHMS I.24). */
class AnyBytesTest {
  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);

  @Test
  void theyAreCopiedAndFollowed() throws Exception {
    String database = "it_any_bytes";
    create(pair.source(), database);
    create(pair.target(), database);
    pair.source()
        .execute(
            database,
            """
            CREATE TABLE keyed (t text PRIMARY KEY, v varchar(30), a text[]);
            CREATE TABLE whole (t text, n int);
            CREATE TABLE "gr\u00fcn" (id int PRIMARY KEY, "gr\u00f6\u00dfe" text);
            """);
    write(database, 1, 40);
    TableOptions options = new TableOptions(List.of("whole"), List.of());
    try (Move move =
        new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL), options).begin()) {
      move.awaitPhase(PhaseName.READY);
      write(database, 41, 60);
      pair.source()
          .execute(
              database,
              "UPDATE keyed SET v = reverse(v), a = a || t WHERE length(t) % 3 = 0;"
                  + "UPDATE keyed SET t = t || t WHERE length(t) % 5 = 0;"
                  + "DELETE FROM keyed WHERE length(t) % 7 = 0;"
                  + "UPDATE whole SET n = -n, t = t || '\\\"{}' WHERE n % 3 = 0;"
                  + "DELETE FROM whole WHERE n % 7 = 0;"
                  + "UPDATE \"gr\u00fcn\" SET \"gr\u00f6\u00dfe\" = \"gr\u00f6\u00dfe\" || '!'");
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(move.assertEqualTables()).isEqualTo(3);
    }
    pair.drop(database);
  }

  private static void create(PostgresServer server, String database) throws SQLException {
    server.execute(
        "postgres",
        "CREATE DATABASE "
            + database
            + " TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
  }

  /** Every byte but zero, alone and in a row. */
  private void write(String database, int from, int to) throws SQLException {
    String text =
        "convert_from(decode(string_agg(lpad(to_hex(1 + (i * 7 + k) % 255), 2, '0'), ''), 'hex'), 'SQL_ASCII')";
    String rows =
        " FROM (SELECT i, "
            + text
            + " AS t FROM generate_series("
            + from
            + ", "
            + to
            + ") i, generate_series(1, i) k GROUP BY i) x";
    pair.source()
        .execute(
            database,
            "INSERT INTO keyed SELECT t, left(t, 30), ARRAY[t, NULL, '']"
                + rows
                + "; INSERT INTO whole SELECT t, i"
                + rows
                + "; INSERT INTO \"gr\u00fcn\" SELECT i, t"
                + rows);
  }
}
