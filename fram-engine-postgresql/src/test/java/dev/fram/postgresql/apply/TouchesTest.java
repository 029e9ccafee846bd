// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.digest.LogHorizon;
import dev.fram.postgresql.digest.PostgresSourceMoment;
import dev.fram.postgresql.digest.PostgresTargetMoment;
import dev.fram.postgresql.digest.Terms;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the applier tells is what a reader finds: one notation of keys, from SQL and the feed. */
class TouchesTest {
  private static final String ODD = "'a,b\\c'), (''), (','), ('\\'), ('\"q\"'), (U&'\\+01F480 é'";

  /** Notes what it is told. */
  private static final class Notes implements TouchedRows {
    final Set<String> rows = new TreeSet<>();
    final Set<TableId> whole = new TreeSet<>();
    final Set<TableId> unwanted = new TreeSet<>();

    @Override
    public boolean wanted(TableId table) {
      return !unwanted.contains(table);
    }

    @Override
    public void touched(TableId table, String key) {
      rows.add(table.name() + " " + key);
    }

    @Override
    public void touchedAll(TableId table) {
      whole.add(table);
    }

    List<String> taken() {
      List<String> all = new ArrayList<>(rows);
      whole.forEach(table -> all.add(table.name() + " *"));
      rows.clear();
      whole.clear();
      return all;
    }
  }

  private final Notes notes = new Notes();

  private static TableId id(String table) {
    return new TableId("public", table);
  }

  /** Follows these tables, with the keys that a moment of the source has read. */
  private Terms follow(FeedRig rig, List<String> tables) throws SQLException {
    Terms terms = new Terms(rig.source, rig.target);
    rig.touches = new Touches(notes, terms.keys()::known);
    rig.follow(tables.toArray(new String[0]));
    source(rig, terms, tables).close();
    return terms;
  }

  private static SourceMoment source(FeedRig rig, Terms terms, List<String> tables) {
    return PostgresSourceMoment.take(
        rig.source,
        tables.stream().map(TouchesTest::id).toList(),
        Reveal.DIGESTS_ONLY,
        terms,
        new LogHorizon(() -> 0),
        () -> rig.position);
  }

  private static List<RowDigest> all(DigestReader digests, String table) {
    return digests.rows(Span.of(id(table)), 1, Set.of(0));
  }

  @Test
  void everyTypeThatCanBeAKey() throws Exception {
    try (FeedRig rig =
        new FeedRig(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18))) {
      rig.both(TypesTest.DDL);
      Map<String, List<String>> tables = new LinkedHashMap<>();
      for (Map.Entry<String, List<String>> type : TypesTest.types().entrySet()) {
        if (!TypesTest.UNORDERED_ARRAYS.contains(type.getKey())) {
          create(rig, tables, type);
        }
      }
      rig.both("CREATE TABLE pairs (b text, n int, a text, PRIMARY KEY (b, a))");
      tables.put("pairs", List.of());
      assertThat(tables).hasSizeGreaterThan(40);
      try (Terms terms = follow(rig, List.copyOf(tables.keySet()))) {
        for (Map.Entry<String, List<String>> table : tables.entrySet()) {
          for (String value : table.getValue()) {
            rig.onSource("INSERT INTO " + table.getKey() + " (k, n) VALUES (" + value + ", 0)");
          }
        }
        rig.onSource(
            "INSERT INTO pairs SELECT x.v, 0, y.v FROM (VALUES ("
                + ODD
                + ")) x (v), (VALUES ("
                + ODD
                + ")) y (v)");
        rig.sync();
        toldIsFound(rig, terms, tables.keySet());
        notes.taken();
        for (String table : tables.keySet()) {
          rig.onSource("UPDATE " + table + " SET n = n + 1");
        }
        rig.sync();
        toldIsFound(rig, terms, tables.keySet());
      }
    }
  }

  private static void create(
      FeedRig rig, Map<String, List<String>> tables, Map.Entry<String, List<String>> type)
      throws SQLException {
    String table = "k" + tables.size();
    try {
      FeedRig.run(
          rig.onSource, "CREATE TABLE " + table + " (k " + type.getKey() + " PRIMARY KEY, n int)");
      FeedRig.run(
          rig.onTarget, "CREATE TABLE " + table + " (n int, k " + type.getKey() + " PRIMARY KEY)");
      tables.put(table, type.getValue());
    } catch (SQLException noOrder) {
      assertThat(noOrder.getSQLState()).isEqualTo("42704");
    }
  }

  /** The same keys three ways: told, read on the source, read on the target; and looked up. */
  private void toldIsFound(FeedRig rig, Terms terms, Set<String> tables) {
    try (SourceMoment there = source(rig, terms, List.copyOf(tables));
        TargetMoment here = PostgresTargetMoment.take(rig.target, Reveal.DIGESTS_ONLY, terms)) {
      DigestReader source = there.digests();
      DigestReader target = here.digests();
      for (String table : tables) {
        List<RowDigest> rows = all(source, table);
        Set<String> keys = rows.stream().map(RowDigest::key).collect(Collectors.toSet());
        Set<String> told =
            notes.rows.stream()
                .filter(each -> each.startsWith(table + " "))
                .map(each -> each.substring(table.length() + 1))
                .collect(Collectors.toSet());
        assertThat(told).as(table).isEqualTo(keys).isNotEmpty();
        assertThat(all(target, table)).as(table).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(source.rows(id(table), told)).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(target.rows(id(table), told)).containsExactlyInAnyOrderElementsOf(rows);
        String one = keys.iterator().next();
        assertThat(target.columns(id(table), one))
            .isEqualTo(source.columns(id(table), one))
            .hasSizeGreaterThan(1);
      }
      assertThat(notes.whole).isEmpty();
    }
  }

  @Test
  void whateverIdentityTheLogHas() throws Exception {
    try (FeedRig rig =
        new FeedRig(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18))) {
      List<String> tables = List.of("own", "other", "whole", "none", "quiet");
      rig.both(
          """
          CREATE TABLE own (id int PRIMARY KEY, v int);
          CREATE TABLE other (id int PRIMARY KEY, o int NOT NULL UNIQUE, v int);
          CREATE TABLE whole (id int PRIMARY KEY, v int);
          CREATE TABLE none (id int, v int);
          CREATE TABLE quiet (id int PRIMARY KEY, v int);
          """);
      rig.onSource(
          """
          ALTER TABLE other REPLICA IDENTITY USING INDEX other_o_key;
          ALTER TABLE whole REPLICA IDENTITY FULL;
          ALTER TABLE none REPLICA IDENTITY FULL;
          """);
      notes.unwanted.add(id("quiet"));
      try (Terms terms = follow(rig, tables)) {
        for (String table : tables) {
          String row = table.equals("other") ? "(1, 10, 0), (2, 20, 0)" : "(1, 0), (2, 0)";
          rig.onSource("INSERT INTO " + table + " VALUES " + row);
        }
        rig.sync();
        assertThat(notes.taken())
            .containsExactly(
                "other 10", "other 20", "own 1", "own 2", "whole 1", "whole 2", "none *");
        for (String table : tables) {
          rig.onSource("UPDATE " + table + " SET id = 7 WHERE id = 1");
          rig.onSource("DELETE FROM " + table + " WHERE id = 2");
        }
        rig.sync();
        assertThat(notes.taken())
            .containsExactly(
                "other 10",
                "other 20",
                "own 1",
                "own 2",
                "own 7",
                "whole 1",
                "whole 2",
                "whole 7",
                "none *");
        whenTablesChange(rig, terms, tables);
      }
    }
  }

  private void whenTablesChange(FeedRig rig, Terms terms, List<String> tables) throws Exception {
    rig.onSource("UPDATE other SET o = 11 WHERE o = 10; TRUNCATE own");
    rig.sync();
    assertThat(notes.taken()).containsExactly("other 10", "other 11", "own *");
    rig.both("ALTER TABLE whole ADD w int");
    rig.onSource("INSERT INTO whole VALUES (9, 9, 9)");
    rig.sync();
    assertThat(notes.taken()).containsExactly("whole 9", "whole *");
    // The key by which the moment went is no longer the log's.
    rig.onSource("ALTER TABLE other REPLICA IDENTITY DEFAULT; UPDATE other SET o = 12");
    rig.sync();
    assertThat(notes.taken()).containsExactly("other *");
    source(rig, terms, tables).close();
    rig.onSource("UPDATE other SET o = 13");
    rig.sync();
    assertThat(notes.taken()).containsExactly("other 7");
  }
}
