// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ColumnDigest;
import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.copy.KeyRanges;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Every difference that was planted is seen, located and named, and nothing else (scenario 57). */
class PlantedDifferencesTest {
  private static final String COLUMNS =
      "id int, s text, c char(5), f float8, j json, b jsonb, x xml, p point, y bytea,"
          + " g int GENERATED ALWAYS AS (id * 2) STORED";
  private static final String TURNED =
      "g int GENERATED ALWAYS AS (id * 2) STORED, y bytea, p point, x xml, b jsonb, j json,"
          + " f float8, c char(5), s text, id int";
  private static final String ROWS =
      """
      INSERT INTO {table} (id, s, c, f, j, b, x, p, y) SELECT i,
        CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'é, "' || i END, 'ab', 0,
        '{"b": 1, "a": 2}', '{"b": 1, "a": 2}', '<a/>', '(1,0)', decode(md5(i::text), 'hex')
      FROM generate_series(1, 500) i ORDER BY
      """;
  private static final List<String> CHANGES =
      List.of(
          "DELETE FROM {table} WHERE id = 6",
          "INSERT INTO {table} (id) VALUES (501)",
          "UPDATE {table} SET s = '' WHERE id = 9", // was NULL
          "UPDATE {table} SET s = s || ' ' WHERE id = 10",
          "UPDATE {table} SET c = c || ' ' WHERE id = 11", // is padded anyway
          "UPDATE {table} SET f = '-0' WHERE id = 12",
          "UPDATE {table} SET j = '{\"a\": 2, \"b\": 1}' WHERE id = 13",
          "UPDATE {table} SET b = '{\"a\": 2, \"b\": 1}' WHERE id = 14", // the same to jsonb
          "UPDATE {table} SET b = '{\"a\": 2, \"b\": 2}' WHERE id = 15",
          "UPDATE {table} SET x = '<a></a>', p = '(1,-0)' WHERE id = 16",
          "UPDATE {table} SET y = y || '\\x00' WHERE id = 17");

  private static TwoDatabases databases() throws SQLException {
    TwoDatabases two =
        new TwoDatabases(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18));
    TwoDatabases.run(two.onSource, "CREATE TABLE t (" + COLUMNS + ", PRIMARY KEY (id))");
    TwoDatabases.run(two.onTarget, "CREATE TABLE t (" + TURNED + ", PRIMARY KEY (id))");
    TwoDatabases.run(two.onSource, "CREATE TABLE n (" + COLUMNS + ")");
    TwoDatabases.run(two.onTarget, "CREATE TABLE n (" + TURNED + ")");
    for (String table : List.of("t", "n")) {
      TwoDatabases.run(two.onSource, ROWS.replace("{table}", table) + "i");
      TwoDatabases.run(two.onTarget, ROWS.replace("{table}", table) + "-i");
    }
    return two;
  }

  private static void plant(TwoDatabases two, String table) throws SQLException {
    for (String change : CHANGES) {
      TwoDatabases.run(two.onTarget, change.replace("{table}", table));
    }
  }

  @Test
  void withAKeyEachIsNamed() throws SQLException {
    try (TwoDatabases two = databases()) {
      assertThat(two.differences("t", 1)).isEmpty();
      assertThat(two.differences("t", 64)).isEmpty();
      plant(two, "t");
      for (int buckets : new int[] {1, 64}) {
        assertThat(two.differences("t", buckets))
            .containsExactly(
                "different 10: s",
                "different 12: f",
                "different 13: j",
                "different 15: b",
                "different 16: p,x",
                "different 17: y",
                "different 9: s",
                "extra 501",
                "missing 6");
      }
    }
  }

  @Test
  void withoutAKeyRowsAreCounted() throws SQLException {
    try (TwoDatabases two = databases()) {
      assertThat(two.differences("n", 1)).isEmpty();
      assertThat(two.differences("n", 64)).isEmpty();
      plant(two, "n");
      for (int buckets : new int[] {1, 64}) {
        assertThat(two.differences("n", buckets)).containsExactly("missing 8, extra 8");
      }
    }
  }

  @Test
  void equalRowsDoNotCancelOut() throws SQLException {
    try (TwoDatabases two = databases()) {
      two.both("CREATE TABLE d (v text)");
      TwoDatabases.run(two.onSource, "INSERT INTO d VALUES ('a'), ('a'), ('c'), (NULL)");
      TwoDatabases.run(two.onTarget, "INSERT INTO d VALUES ('b'), ('b'), ('c'), (NULL)");
      assertThat(two.differences("d", 1)).containsExactly("missing 2, extra 2");
      TwoDatabases.run(two.onTarget, "UPDATE d SET v = 'a' WHERE v = 'b'");
      assertThat(two.differences("d", 1)).isEmpty();
      TwoDatabases.run(two.onTarget, "INSERT INTO d VALUES ('c'), ('c')");
      assertThat(two.differences("d", 1)).containsExactly("missing 0, extra 2");
    }
  }

  @Test
  void aRangeOfTheKeyIsComparedByItself() throws SQLException {
    try (TwoDatabases two = databases()) {
      plant(two, "t");
      TableId id = new TableId("public", "t");
      TwoDatabases.run(two.onSource, "ANALYZE t");
      Table table = new Table(id, 500, 10_000, Table.Transfer.COPY_AND_FOLLOW);
      List<Chunk> chunks = KeyRanges.cut(two.onSource, table, 2_500);
      assertThat(chunks).hasSize(4);
      List<String> found = new ArrayList<>();
      try (SourceMoment there = two.sourceMoment(Reveal.DIGESTS_ONLY, id);
          TargetMoment here = two.targetMoment(Reveal.DIGESTS_ONLY)) {
        for (Chunk chunk : chunks) {
          found.addAll(
              new Differences(there.digests(), here.digests(), 4)
                  .of(new Span(id, Optional.of(chunk))));
        }
      }
      assertThat(found).hasSize(9).contains("missing 6", "extra 501", "different 16: p,x");
    }
  }

  @Test
  void aPartIsTheSameRowsOnBothServers() throws SQLException {
    try (TwoDatabases two = databases()) {
      plant(two, "t");
      TableId keyed = new TableId("public", "t");
      TableId keyless = new TableId("public", "n");
      try (SourceMoment there = two.sourceMoment(Reveal.DIGESTS_ONLY, keyed, keyless);
          TargetMoment here = two.targetMoment(Reveal.DIGESTS_ONLY)) {
        Part where = new Part(Optional.of("b ? 'a' AND id BETWEEN 10 AND 12 -- no more"), Part.ALL);
        assertThat(
                new Differences(there.digests(), here.digests(), 4)
                    .of(new Span(keyed, Optional.empty(), where)))
            .containsExactly("different 10: s", "different 12: f");
        for (TableId table : List.of(keyed, keyless)) {
          Span sample = new Span(table, Optional.empty(), new Part(Optional.empty(), 3_000));
          long rows = there.digests().buckets(sample, 7).stream().mapToLong(b -> b.rows()).sum();
          assertThat(rows).isBetween(90L, 210L);
        }
        Span sample = new Span(keyless, Optional.empty(), new Part(Optional.empty(), 3_000));
        assertThat(here.digests().buckets(sample, 7))
            .as("nothing was planted there, and the rows lie in another order")
            .containsExactlyInAnyOrderElementsOf(there.digests().buckets(sample, 7));
        Part wrong = new Part(Optional.of("nothing = 1"), Part.ALL);
        assertThatThrownBy(
                () -> there.digests().buckets(new Span(keyed, Optional.empty(), wrong), 4))
            .isInstanceOfSatisfying(
                FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
        assertThat(there.digests().buckets(Span.of(keyed), 4)).as("still good").hasSize(4);
      }
    }
  }

  @Test
  void valuesAreShownOnlyWhereThatIsAllowed() throws SQLException {
    try (TwoDatabases two = databases()) {
      TableId id = new TableId("public", "t");
      try (SourceMoment shown = two.sourceMoment(Reveal.VALUES, id);
          TargetMoment hidden = two.targetMoment(Reveal.DIGESTS_ONLY)) {
        List<ColumnDigest> row = shown.digests().columns(id, "2");
        assertThat(row.stream().map(c -> c.column() + "=" + c.shown().orElse("?")).toList())
            .contains("s=é, \"2", "j={\"b\": 1, \"a\": 2}", "g=4", "c=ab   ");
        assertThat(hidden.digests().columns(id, "2"))
            .allMatch(column -> column.shown().isEmpty())
            .extracting(ColumnDigest::digest)
            .isEqualTo(row.stream().map(ColumnDigest::digest).toList());
        assertThat(shown.digests().columns(id, "3"))
            .anyMatch(c -> c.column().equals("s") && c.digest() == 0 && c.shown().isEmpty());
        assertThat(shown.digests().columns(id, "999")).isEmpty();
      }
    }
  }

  @Test
  void encodingsDoNotMatter() throws SQLException {
    try (TwoDatabases two =
        new TwoDatabases(
            Servers.of(PostgresVersion.V15), "LATIN1", Servers.of(PostgresVersion.V18), "UTF8")) {
      two.both("CREATE TABLE t (k text, l text, v text, PRIMARY KEY (k, l))");
      two.both("INSERT INTO t SELECT 'é,' || i, 'ü\\', 'ß' FROM generate_series(1, 50) i");
      assertThat(two.differences("t", 8)).isEmpty();
      TwoDatabases.run(two.onTarget, "UPDATE t SET v = 'ss' WHERE k = 'é,7'");
      assertThat(two.differences("t", 8)).containsExactly("different é\\,7,ü\\\\: v");
    }
  }

  @Test
  void bytesThatAreNoTextAreTakenAsTheyAre() throws SQLException {
    try (TwoDatabases two =
        new TwoDatabases(
            Servers.of(PostgresVersion.V15),
            "SQL_ASCII",
            Servers.of(PostgresVersion.V18),
            "SQL_ASCII")) {
      two.both("CREATE TABLE t (k text PRIMARY KEY, v text)");
      two.both("INSERT INTO t VALUES (E'a\\xff', E'\\xfe'), (E'\\xc3\\xa9', 'x')");
      assertThat(two.differences("t", 8)).isEmpty();
      TwoDatabases.run(two.onTarget, "UPDATE t SET v = E'\\xfd'");
      assertThat(two.differences("t", 8)).containsExactly("different a\udcff: v", "different é: v");
    }
  }

  @Test
  void whereOneServerForbidsMd5BothUseSha256() throws SQLException {
    try (TwoDatabases two = databases()) {
      TwoDatabases.run(two.onTarget, "ALTER FUNCTION pg_catalog.md5(text) RENAME TO md5_forbidden");
      assertThat(two.terms.hash()).isEqualTo(RowHash.SHA256);
      assertThat(two.differences("t", 64)).isEmpty();
      assertThat(two.differences("n", 64)).isEmpty();
      TwoDatabases.run(two.onTarget, "UPDATE t SET s = s || ' ' WHERE id = 10");
      assertThat(two.differences("t", 64)).containsExactly("different 10: s");
    }
  }
}
