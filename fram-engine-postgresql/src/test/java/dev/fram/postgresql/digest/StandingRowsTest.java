// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.digest.PostgresStandingRows.Side;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is read behind the gate is what is there then, whatever was known before. */
class StandingRowsTest {
  private static final TableId KNOWN = new TableId("public", "t");
  private static final TableId OTHER = new TableId("public", "u");

  private static TwoDatabases databases() throws SQLException {
    return new TwoDatabases(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18))
        .both("CREATE TABLE t (id int PRIMARY KEY, code int NOT NULL, v text)")
        .both("CREATE TABLE u (id int PRIMARY KEY, v text)")
        .both("INSERT INTO t SELECT i, i + 1000, 'v' FROM generate_series(1, 100) i")
        .both("INSERT INTO u SELECT i, 'v' FROM generate_series(1, 100) i");
  }

  private static PostgresStandingRows source(TwoDatabases two) {
    return PostgresStandingRows.open(two.source, Side.SOURCE, List.of(KNOWN), two.terms);
  }

  private static PostgresStandingRows target(TwoDatabases two) {
    return PostgresStandingRows.open(two.target, Side.TARGET, List.of(KNOWN), two.terms);
  }

  private static List<String> keys(Collection<RowDigest> rows) {
    return rows.stream().map(RowDigest::key).sorted().toList();
  }

  @Test
  void readsWhatIsThereWhenItIsAsked() throws SQLException {
    try (TwoDatabases two = databases();
        PostgresStandingRows there = source(two);
        PostgresStandingRows here = target(two)) {
      TwoDatabases.run(
          two.onSource, "UPDATE t SET v = 'w' WHERE id = 2; DELETE FROM t WHERE id = 3");
      TwoDatabases.run(two.onSource, "INSERT INTO t VALUES (101, 1, 'new')");
      List<String> asked = List.of("1", "2", "3", "101");
      DigestReader source = there.renewed(List.of(KNOWN));
      DigestReader target = here.renewed(List.of(KNOWN));
      assertThat(keys(source.rows(KNOWN, asked))).containsExactly("1", "101", "2");
      assertThat(keys(target.rows(KNOWN, asked))).containsExactly("1", "2", "3");
      assertThat(source.rows(KNOWN, List.of("1"))).isEqualTo(target.rows(KNOWN, List.of("1")));
      assertThat(source.rows(KNOWN, List.of("2"))).isNotEqualTo(target.rows(KNOWN, List.of("2")));

      TwoDatabases.run(two.onTarget, "UPDATE t SET v = 'w' WHERE id = 2");
      target = here.renewed(List.of(KNOWN));
      assertThat(source.rows(KNOWN, List.of("2"))).isEqualTo(target.rows(KNOWN, List.of("2")));
    }
  }

  @Test
  void readsTablesThatWereNotExpected() throws SQLException {
    try (TwoDatabases two = databases();
        PostgresStandingRows there = source(two);
        PostgresStandingRows here = target(two)) {
      assertThat(there.renewed(List.of(KNOWN, OTHER)).rows(OTHER, List.of("7")))
          .isEqualTo(here.renewed(List.of(KNOWN, OTHER)).rows(OTHER, List.of("7")))
          .hasSize(1);
    }
  }

  /** The source's catalog decides, and by now. */
  @Test
  void namesRowsByTheKeyThatIsThereWhenItIsAsked() throws SQLException {
    try (TwoDatabases two = databases();
        PostgresStandingRows there = source(two);
        PostgresStandingRows here = target(two)) {
      two.both("ALTER TABLE t DROP CONSTRAINT t_pkey; CREATE UNIQUE INDEX ON t (code)");
      DigestReader source = there.renewed(List.of(KNOWN));
      DigestReader target = here.renewed(List.of(KNOWN));
      List<String> asked = List.of("1001", "1");
      assertThat(keys(source.rows(KNOWN, asked))).containsExactly("1001");
      assertThat(source.rows(KNOWN, asked)).isEqualTo(target.rows(KNOWN, asked));
    }
  }

  @Test
  void holdsNothingBackBeforeItIsAsked() throws SQLException {
    try (TwoDatabases two = databases();
        PostgresStandingRows there = source(two)) {
      String mine =
          " FROM pg_stat_activity a WHERE application_name = 'fram compare'"
              + " AND datname = current_database()";
      assertThat(Sql.number(two.onSource, "SELECT count(*)" + mine)).isEqualTo(1);
      assertThat(
              Sql.number(
                  two.onSource,
                  "SELECT count(*)"
                      + mine
                      + " AND (state <> 'idle' OR backend_xmin IS NOT NULL OR EXISTS"
                      + " (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid))"))
          .isZero();
      assertThat(there.renewed(List.of(KNOWN)).rows(KNOWN, List.of("1"))).hasSize(1);
    }
  }
}
