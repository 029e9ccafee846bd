// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.BucketDigest;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ColumnDigest;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.mysql.RunningServers;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.copy.KeyRanges;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * ALGORITHMS I.57: differences planted on the target are all seen, located and named; and tables
 * that are equal have no difference, whatever the order of their columns and rows.
 */
@Timeout(300)
class PlantedDifferencesTest {
  private static final int BUCKETS = 16;
  private static final int ROWS = 100;
  private static final Set<Integer> EVERY =
      IntStream.range(0, BUCKETS).boxed().collect(Collectors.toSet());
  private static final TableId KEYED = new TableId("planted", "keyed");
  private static final TableId KEYLESS = new TableId("planted", "keyless");

  private static final List<String> COLUMNS =
      List.of(
          "id int NOT NULL",
          "part varchar(10) CHARACTER SET latin1 NOT NULL",
          "s varchar(20) CHARACTER SET utf8mb4",
          "f float",
          "d double",
          "j json",
          "b blob",
          "ts timestamp(3) NULL",
          "g int AS (id + 1) STORED",
          "h int DEFAULT 5 INVISIBLE");

  /** What is done to the row 7 of the target, and the column that then differs. */
  private static final Map<String, String> CHANGES =
      Map.of(
          "s = NULL", "s",
          "s = CONCAT(s, ' ')", "s",
          "f = -0e0", "f",
          "d = d + 1e-12", "d",
          "b = x'00'", "b",
          "ts = '2026-01-01 00:00:00.001'", "ts",
          "h = 6", "h");

  /** Both sides, with rows and columns in different orders. */
  private record Sides(Connector source, Connector target) implements AutoCloseable {
    static Sides open(MySqlVersion from, MySqlVersion to) throws SQLException {
      Sides sides =
          new Sides(
              prepared(RunningServers.source(from), "source", COLUMNS),
              prepared(RunningServers.target(to), "target", COLUMNS.reversed()));
      List<Integer> ids = IntStream.range(0, ROWS).boxed().toList();
      fill(sides.source, ids);
      fill(sides.target, ids.reversed());
      return sides;
    }

    private static Connector prepared(MySqlServer server, String role, List<String> columns)
        throws SQLException {
      server.dropDatabase("planted");
      server.createDatabase("planted");
      String text = String.join(", ", columns);
      server.execute(
          "",
          "CREATE TABLE planted.keyed ("
              + text
              + ", PRIMARY KEY (part, id)); CREATE TABLE planted.keyless ("
              + text
              + ")");
      return new Connector(server.endpoint(""), role);
    }

    private static void fill(Connector server, List<Integer> ids) throws SQLException {
      List<String> rows =
          ids.stream()
              .map(id ->
                  "("
                      + id
                      + ", 'é', '', 0e0, "
                      + id
                      + " / 7e0, '{\"bb\":1,\"a\":2}', '', '2026-01-01')")
              .toList();
      for (String table : List.of("keyed", "keyless")) {
        run(
            server,
            "INSERT INTO planted."
                + table
                + " (id, part, s, f, d, j, b, ts) VALUES "
                + String.join(", ", rows));
      }
    }

    void plant(String sql) throws SQLException {
      run(target, sql.replace("#", "planted.keyed"));
      run(target, sql.replace("#", "planted.keyless"));
    }

    private static void run(Connector server, String sql) throws SQLException {
      Connection connection = server.open("test");
      try {
        Sql.run(connection, sql);
      } finally {
        Connector.abort(connection);
      }
    }

    @Override
    public void close() {
      source.closeAll();
      target.closeAll();
    }
  }

  /** What a comparison finds: keys that one side lacks, and the columns of rows that differ. */
  private record Found(Set<String> missing, Set<String> extra, Map<String, Set<String>> different) {
    static final Found NOTHING = new Found(Set.of(), Set.of(), Map.of());
  }

  /** As the core does it: differing buckets, their rows, the differing rows' columns. */
  private static Found compare(Sides sides) {
    try (TargetMoment a = MySqlTargetMoment.take(sides.source, Reveal.DIGESTS_ONLY);
        TargetMoment b = MySqlTargetMoment.take(sides.target, Reveal.DIGESTS_ONLY)) {
      Map<String, RowDigest> here = rows(a.digests(), differing(a, b, KEYED), KEYED);
      Map<String, RowDigest> there = rows(b.digests(), differing(a, b, KEYED), KEYED);
      Found found = new Found(new TreeSet<>(), new TreeSet<>(), new TreeMap<>());
      here.forEach((key, row) -> {
        if (!there.containsKey(key)) {
          found.missing.add(key);
        } else if (!row.equals(there.get(key))) {
          found.different.put(
              key, columns(a.digests().columns(KEYED, key), b.digests().columns(KEYED, key)));
        }
      });
      there.keySet().stream().filter(key -> !here.containsKey(key)).forEach(found.extra::add);
      return found;
    }
  }

  private static Set<Integer> differing(TargetMoment a, TargetMoment b, TableId table) {
    Set<BucketDigest> here = new HashSet<>(a.digests().buckets(Span.of(table), BUCKETS));
    Set<BucketDigest> there = new HashSet<>(b.digests().buckets(Span.of(table), BUCKETS));
    Set<Integer> numbers = new TreeSet<>();
    here.stream().filter(d -> !there.contains(d)).forEach(d -> numbers.add(d.bucket()));
    there.stream().filter(d -> !here.contains(d)).forEach(d -> numbers.add(d.bucket()));
    return numbers;
  }

  private static Map<String, RowDigest> rows(
      DigestReader reader, Set<Integer> buckets, TableId table) {
    return reader.rows(Span.of(table), BUCKETS, buckets).stream()
        .collect(Collectors.toMap(RowDigest::key, row -> row));
  }

  private static Set<String> columns(List<ColumnDigest> here, List<ColumnDigest> there) {
    return here.stream()
        .filter(column -> !there.contains(column))
        .map(ColumnDigest::column)
        .collect(Collectors.toSet());
  }

  /** The rows of the table without a key that differ: how many more the target has of each. */
  private static List<Long> keyless(Sides sides) {
    try (TargetMoment a = MySqlTargetMoment.take(sides.source, Reveal.DIGESTS_ONLY);
        TargetMoment b = MySqlTargetMoment.take(sides.target, Reveal.DIGESTS_ONLY)) {
      Set<Integer> buckets = differing(a, b, KEYLESS);
      Map<List<Long>, Long> more = new TreeMap<>((x, y) -> x.toString().compareTo(y.toString()));
      for (RowDigest row : a.digests().rows(Span.of(KEYLESS), BUCKETS, buckets)) {
        assertThat(row.key()).isEmpty();
        more.merge(List.of(row.high(), row.low()), -row.rows(), Long::sum);
      }
      for (RowDigest row : b.digests().rows(Span.of(KEYLESS), BUCKETS, buckets)) {
        more.merge(List.of(row.high(), row.low()), row.rows(), Long::sum);
      }
      return more.values().stream().filter(n -> n != 0).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"V8_0,V8_0", "V8_0,V9_7", "MARIADB_11_4,MARIADB_11_4"})
  void everyDifferenceIsSeenLocatedAndNamed(MySqlVersion from, MySqlVersion to)
      throws SQLException {
    String seven = "xE9,7";
    try (Sides sides = Sides.open(from, to)) {
      assertThat(compare(sides)).isEqualTo(Found.NOTHING);
      assertThat(keyless(sides)).isEmpty();
      sides.plant("CREATE TABLE #_kept AS SELECT *, h FROM # WHERE id = 7");
      for (Map.Entry<String, String> change : CHANGES.entrySet()) {
        sides.plant("UPDATE # SET " + change.getKey() + " WHERE id = 7");
        assertThat(compare(sides))
            .as(change.getKey())
            .isEqualTo(new Found(Set.of(), Set.of(), Map.of(seven, Set.of(change.getValue()))));
        assertThat(keyless(sides)).as(change.getKey()).containsExactly(-1L, 1L);
        back(sides, change.getValue());
      }
      sides.plant("UPDATE # SET id = 1007 WHERE id = 7");
      assertThat(compare(sides)).isEqualTo(new Found(Set.of(seven), Set.of("xE9,1007"), Map.of()));
      assertThat(keyless(sides)).containsExactly(-1L, 1L);
      sides.plant("UPDATE # SET id = 7 WHERE id = 1007");
      // What the collation calls the same key.
      sides.plant("UPDATE # SET part = 'É' WHERE id = 7");
      assertThat(compare(sides)).isEqualTo(new Found(Set.of(seven), Set.of("xC9,7"), Map.of()));
      sides.plant("UPDATE # SET part = 'é' WHERE id = 7");
      sides.plant("UPDATE # SET j = '{\"a\": 2, \"bb\": 1}' WHERE id = 7");
      // MariaDB's JSON is a text.
      assertThat(compare(sides).equals(Found.NOTHING)).isEqualTo(!from.mariaDb());
    }
  }

  private static void back(Sides sides, String column) throws SQLException {
    sides.plant(
        "UPDATE # SET " + column + " = (SELECT k." + column + " FROM #_kept k) WHERE id = 7");
  }

  @ParameterizedTest
  @EnumSource
  void equalRowsAreCounted(MySqlVersion version) throws SQLException {
    try (Sides sides = Sides.open(version, version)) {
      for (int more = 1; more <= 3; more++) {
        again(sides.target, 7);
        assertThat(keyless(sides)).containsExactly((long) more);
      }
      // The same number of rows on both sides, and twice the same row: sums do not cancel out.
      again(sides.target, 7);
      again(sides.source, 8);
      again(sides.source, 8);
      again(sides.source, 9);
      again(sides.source, 9);
      assertThat(keyless(sides)).containsExactly(-2L, -2L, 4L);
      try (TargetMoment a = MySqlTargetMoment.take(sides.source, Reveal.DIGESTS_ONLY);
          TargetMoment b = MySqlTargetMoment.take(sides.target, Reveal.DIGESTS_ONLY)) {
        BucketDigest here = a.digests().buckets(Span.of(KEYLESS), 1).getFirst();
        BucketDigest there = b.digests().buckets(Span.of(KEYLESS), 1).getFirst();
        assertThat(here.rows()).isEqualTo(there.rows());
        assertThat(here.high()).isNotEqualTo(there.high());
        assertThat(here.low()).isNotEqualTo(there.low());
      }
    }
  }

  private static void again(Connector server, int id) throws SQLException {
    Sides.run(
        server,
        "INSERT INTO planted.keyless (id, part, s, f, d, j, b, ts, h)"
            + " SELECT id, part, s, f, d, j, b, ts, h FROM planted.keyless WHERE id = "
            + id
            + " LIMIT 1");
  }

  /** The sums that the server makes are those of the rows' digests, for ranges too. */
  @ParameterizedTest
  @EnumSource
  void bucketsAreTheSumsOfTheirRows(MySqlVersion version) throws SQLException {
    try (Sides sides = Sides.open(version, version);
        TargetMoment moment = MySqlTargetMoment.take(sides.source, Reveal.DIGESTS_ONLY)) {
      DigestReader reader = moment.digests();
      long rows = 0;
      List<Chunk> chunks = chunks(sides);
      assertThat(chunks).hasSizeGreaterThan(2);
      for (Chunk chunk : chunks) {
        Span span = new Span(KEYED, Optional.of(chunk));
        List<BucketDigest> buckets = reader.buckets(span, BUCKETS);
        assertThat(buckets).containsExactlyInAnyOrderElementsOf(sums(reader, span));
        rows += buckets.stream().mapToLong(BucketDigest::rows).sum();
      }
      assertThat(rows).isEqualTo(ROWS);
      for (TableId table : List.of(KEYED, KEYLESS)) {
        assertThat(reader.buckets(Span.of(table), BUCKETS))
            .hasSizeGreaterThan(BUCKETS / 2)
            .containsExactlyInAnyOrderElementsOf(sums(reader, Span.of(table)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aPartIsTheSameRowsOnBothServers(MySqlVersion version) throws SQLException {
    try (Sides sides = Sides.open(version, version);
        TargetMoment there = MySqlTargetMoment.take(sides.source, Reveal.DIGESTS_ONLY);
        TargetMoment here = MySqlTargetMoment.take(sides.target, Reveal.DIGESTS_ONLY)) {
      Part some = new Part(Optional.of("id BETWEEN 10 AND 12 # no more"), Part.ALL);
      Part sample = new Part(Optional.empty(), 3_000);
      for (TableId table : List.of(KEYED, KEYLESS)) {
        Span where = new Span(table, Optional.empty(), some);
        assertThat(sums(there.digests(), where).stream().mapToLong(BucketDigest::rows).sum())
            .isEqualTo(3);
        assertThat(here.digests().buckets(where, BUCKETS))
            .containsExactlyInAnyOrderElementsOf(sums(there.digests(), where));
        Span chosen = new Span(table, Optional.empty(), sample);
        assertThat(sums(there.digests(), chosen).stream().mapToLong(BucketDigest::rows).sum())
            .isBetween(10L, 55L);
        assertThat(here.digests().buckets(chosen, BUCKETS))
            .containsExactlyInAnyOrderElementsOf(sums(there.digests(), chosen));
      }
      Part wrong = new Part(Optional.of("nothing = 1"), Part.ALL);
      assertThatThrownBy(
              () -> there.digests().buckets(new Span(KEYED, Optional.empty(), wrong), BUCKETS))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }
  }

  private static List<BucketDigest> sums(DigestReader reader, Span span) {
    List<BucketDigest> sums = new ArrayList<>();
    for (int bucket : EVERY) {
      List<RowDigest> rows = reader.rows(span, BUCKETS, Set.of(bucket));
      if (!rows.isEmpty()) {
        sums.add(
            new BucketDigest(
                bucket,
                rows.stream().mapToLong(RowDigest::rows).sum(),
                rows.stream().mapToLong(row -> row.high() * row.rows()).sum(),
                rows.stream().mapToLong(row -> row.low() * row.rows()).sum()));
      }
    }
    return sums;
  }

  private static List<Chunk> chunks(Sides sides) throws SQLException {
    Connection session = sides.source.openStreaming("test");
    try {
      Sql.list(session, "ANALYZE TABLE planted.keyed", row -> row.getString(1));
      CatalogTable table = Catalog.table(session, KEYED).orElseThrow();
      return KeyRanges.cut(session, table, table.storage().bytes() / 4);
    } finally {
      Connector.abort(session);
    }
  }

  @ParameterizedTest
  @EnumSource
  void valuesAreShownOnlyWhereTheyMay(MySqlVersion version) throws SQLException {
    try (Sides sides = Sides.open(version, version);
        TargetMoment hidden = MySqlTargetMoment.take(sides.source, Reveal.DIGESTS_ONLY);
        TargetMoment open = MySqlTargetMoment.take(sides.source, Reveal.VALUES)) {
      assertThat(hidden.digests().columns(KEYED, "xE9,7"))
          .hasSize(COLUMNS.size())
          .allMatch(column -> column.shown().isEmpty());
      Map<String, String> shown =
          open.digests().columns(KEYED, "xE9,7").stream()
              .collect(Collectors.toMap(ColumnDigest::column, c -> c.shown().orElseThrow()));
      assertThat(shown)
          .containsEntry("id", "7")
          .containsEntry("part", "é")
          .containsEntry("d", "1")
          .containsEntry("b", "0x")
          .containsEntry("ts", "2026-01-01 00:00:00.000");
      assertThat(open.digests().columns(KEYED, "xE9,7777")).isEmpty();
      assertThat(open.digests().columns(KEYED, "xC9,7")).isEmpty();
      assertThat(open.digests().columns(KEYLESS, "")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAlteredOrDroppedSinceTheMomentBreaksIt(MySqlVersion version) throws SQLException {
    for (String change :
        List.of(
            "ALTER TABLE # ADD COLUMN extra int NOT NULL DEFAULT 3, ALGORITHM = COPY",
            "TRUNCATE TABLE #",
            "DROP TABLE #")) {
      try (Sides sides = Sides.open(version, version);
          MySqlSourceMoment moment =
              MySqlSourceMoment.take(sides.target, tables(sides.target), Reveal.VALUES)) {
        sides.plant(change);
        for (TableId table : List.of(KEYED, KEYLESS)) {
          assertThatThrownBy(() -> moment.digests().buckets(Span.of(table), BUCKETS))
              .as(change)
              .isInstanceOfSatisfying(
                  FramException.class,
                  e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_BROKEN));
        }
      }
    }
  }

  private static List<Table> tables(Connector server) throws SQLException {
    Connection session = server.open("test");
    try {
      return List.of(
          Catalog.table(session, KEYED).orElseThrow().toTable(Optional.empty()),
          Catalog.table(session, KEYLESS).orElseThrow().toTable(Optional.empty()));
    } finally {
      Connector.abort(session);
    }
  }
}
