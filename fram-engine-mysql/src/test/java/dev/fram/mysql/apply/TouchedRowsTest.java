// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.digest.MySqlTargetMoment;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
 * What the applier tells of the rows that it writes: by the same text of the key that both servers
 * give, whatever the key's type, and which finds the row again; and what nobody could name by key.
 */
@Timeout(300)
final class TouchedRowsTest {
  private static final int BUCKETS = 4;

  /** A key's type and values for it; each two are different keys. */
  private record Sample(String type, List<String> values) {}

  private static Sample of(String type, String... values) {
    return new Sample(type, List.of(values));
  }

  private static final List<Sample> COMMON =
      List.of(
          of("tinyint", "-128", "127", "0"),
          of("smallint unsigned", "65535", "1"),
          of("mediumint unsigned", "16777215"),
          of("int(8) zerofill", "42", "4294967295"),
          of("bigint", "-9223372036854775808", "9223372036854775807"),
          of("bigint unsigned", "18446744073709551615", "9223372036854775808"),
          of("decimal(30,10)", "-12345678901234567890.0123456789", "0", "0.5"),
          of("decimal(5,2) zerofill", "1.5"),
          of("float", "123456.789", "-0e0", "3.4e38", "0.1", "1e-40"),
          of("double", "0.1", "1.7976931348623157e308", "5e-324", "-1e15", "123456789.123456789"),
          of("bit(10)", "b'1000000001'", "b'0'"),
          of("bit(64)", "0xFFFFFFFFFFFFFFFF"),
          of("date", "'0000-00-00'", "'9999-12-31'", "'2024-00-15'", "'2024-02-31'"),
          of("time(6)", "'-838:59:59'", "'838:59:58.999999'", "'-00:00:00.000001'"),
          of("datetime(6)", "'0000-00-00'", "'9999-12-31 23:59:59.999999'"),
          of("datetime", "'1000-01-01 00:00:00'"),
          of("timestamp(3)", "'2038-01-19 03:14:07.999'", "'1970-01-01 00:00:01'"),
          of("timestamp", "'0000-00-00 00:00:00'", "'2024-05-06 07:08:09'"),
          of("year", "0", "1901", "2155", "2000"),
          of("char(10) CHARACTER SET utf8mb4", "''", "'ab  '", "'\\'\"\\\\ {d'", "'😀'", "'a,b'"),
          of("char(5) CHARACTER SET latin1", "x'E9FF'"),
          of("char(5) CHARACTER SET ucs2", "'é'", "'x  '"),
          of("varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'a'", "'A'", "'x  '", "''"),
          of("varchar(20) CHARACTER SET utf16", "'😀x'"),
          of("varchar(20) CHARACTER SET sjis", "x'8EA9955C'"),
          of("varchar(300) CHARACTER SET latin1", "REPEAT('x', 300)", "'ß'"),
          of("binary(4)", "x'00'", "x'61000000'", "x'DEADBEEF'"),
          of("varbinary(10)", "x'00'", "x'0000'", "''"),
          of("enum('a','b''c','')", "'a'", "'b''c'", "''", "0"),
          of("set('x','y','z')", "''", "'x,z'", "7"));

  private static final List<Sample> MARIADB =
      List.of(
          of("inet6", "'::1'", "'2001:db8::ff00:42:8329'", "'::'", "'::ffff:1.2.3.4'"),
          of("inet4", "'10.0.0.0'", "'255.254.253.252'"),
          of(
              "uuid",
              "'123e4567-e89b-12d3-a456-426655440000'",
              "'018f4567-e89b-72d3-b456-426655440000'",
              "'00000000-0000-0000-0000-000000000000'"));

  /** Notes what it is told; wants what it is not forbidden. */
  private static final class Notes implements TouchedRows {
    private final Map<String, Set<String>> keys = new TreeMap<>();
    private final Set<String> whole = new TreeSet<>();
    private final Set<String> unwanted = new TreeSet<>();

    @Override
    public boolean wanted(TableId table) {
      return !unwanted.contains(table.name());
    }

    @Override
    public void touched(TableId table, String key) {
      keys.computeIfAbsent(table.name(), none -> new TreeSet<>()).add(key);
    }

    @Override
    public void touchedAll(TableId table) {
      whole.add(table.name());
    }

    private Set<String> keys(String table) {
      return keys.getOrDefault(table, Set.of());
    }

    private void clear() {
      keys.clear();
      whole.clear();
    }
  }

  @ParameterizedTest
  @CsvSource({"V8_0,V8_0", "V8_0,V9_7", "MARIADB_11_4,MARIADB_11_4"})
  void logAndServersGiveTheSameKeyWhateverItsType(MySqlVersion from, MySqlVersion to)
      throws SQLException {
    List<Sample> samples = new ArrayList<>(COMMON);
    samples.addAll(from.mariaDb() ? MARIADB : List.of());
    Notes notes = new Notes();
    try (ApplyRig rig = new ApplyRig(from, to)) {
      rig.run("SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'");
      rig.run("SET SESSION time_zone = '+00:00'");
      for (int i = 0; i < samples.size(); i++) {
        rig.both(
            "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
            "CREATE TABLE k" + i + " (n int, k " + samples.get(i).type() + " PRIMARY KEY)",
            // The key's columns in another order than the table's.
            "CREATE TABLE c"
                + i
                + " (v int, k "
                + samples.get(i).type()
                + " NOT NULL, a char(3) NOT NULL, UNIQUE KEY u (a, k))");
      }
      rig.start();
      rig.applier(DdlPolicy.ASK, notes);
      for (int i = 0; i < samples.size(); i++) {
        for (String value : samples.get(i).values()) {
          rig.run("INSERT INTO k" + i + " (k) VALUES (" + value + ")");
          rig.run("INSERT INTO c" + i + " (k, a) VALUES (" + value + ", 'q')");
        }
      }
      rig.sync();
      try (TargetMoment source = MySqlTargetMoment.take(rig.source, Reveal.DIGESTS_ONLY);
          TargetMoment target = MySqlTargetMoment.take(rig.target, Reveal.DIGESTS_ONLY)) {
        for (int i = 0; i < samples.size(); i++) {
          for (String table : List.of("k" + i, "c" + i)) {
            same(source, target, notes.keys(table), table, samples.get(i));
          }
        }
      }
    }
  }

  private static void same(
      TargetMoment source, TargetMoment target, Set<String> told, String table, Sample sample) {
    TableId id = new TableId("shop", table);
    for (TargetMoment side : List.of(source, target)) {
      List<RowDigest> rows = all(side.digests(), id);
      assertThat(rows).as(sample.type()).hasSize(sample.values().size());
      assertThat(keys(rows)).as(sample.type()).isEqualTo(told);
      assertThat(side.digests().rows(id, told))
          .as("by key, " + sample.type())
          .containsExactlyInAnyOrderElementsOf(rows);
      for (String key : told) {
        assertThat(side.digests().columns(id, key)).as(sample.type()).isNotEmpty();
      }
    }
    assertThat(all(source.digests(), id))
        .as(sample.type())
        .containsExactlyInAnyOrderElementsOf(all(target.digests(), id));
  }

  private static List<RowDigest> all(DigestReader reader, TableId table) {
    Set<Integer> every = IntStream.range(0, BUCKETS).boxed().collect(Collectors.toSet());
    return reader.rows(Span.of(table), BUCKETS, every);
  }

  private static Set<String> keys(Collection<RowDigest> rows) {
    return rows.stream().map(RowDigest::key).collect(Collectors.toCollection(TreeSet::new));
  }

  @ParameterizedTest
  @EnumSource
  void everyChangeIsTold(MySqlVersion version) throws SQLException {
    Notes notes = new Notes();
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE t (k varchar(9) COLLATE utf8mb4_general_ci PRIMARY KEY, n int)",
          "CREATE TABLE w (n int)",
          "CREATE TABLE quiet (k int PRIMARY KEY)");
      notes.unwanted.add("quiet");
      rig.run("INSERT INTO t VALUES ('a', 1), ('b', 2)");
      rig.target("INSERT INTO t VALUES ('a', 1), ('b', 2)");
      rig.start();
      rig.applier(DdlPolicy.IGNORE, notes);
      rig.run("UPDATE t SET n = 3 WHERE k = 'a'", "INSERT INTO quiet VALUES (1)");
      told(rig, notes, Set.of("x61"), Set.of());
      rig.run("UPDATE t SET k = 'A' WHERE k = 'a'");
      told(rig, notes, Set.of("x61", "x41"), Set.of());
      rig.run("UPDATE t SET k = 'c' WHERE k = 'b'", "INSERT INTO w VALUES (1)");
      told(rig, notes, Set.of("x62", "x63"), Set.of("w"));
      rig.run("DELETE FROM t WHERE k = 'c'", "INSERT INTO t VALUES ('x  ', 1)");
      told(rig, notes, Set.of("x63", "x782020"), Set.of());
      rig.run("TRUNCATE TABLE t");
      told(rig, notes, Set.of(), Set.of("t"));
      rig.run("ALTER TABLE w COMMENT 'other'");
      rig.syncSingly();
      assertThat(notes.whole).contains("w").doesNotContain("quiet");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void whatForeignKeysChangeIsTold(MySqlVersion version) throws SQLException {
    Notes notes = new Notes();
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both(
          "CREATE TABLE t (k int PRIMARY KEY, n int)",
          "CREATE TABLE child (k int PRIMARY KEY, p int,"
              + " FOREIGN KEY (p) REFERENCES t (k) ON DELETE CASCADE ON UPDATE CASCADE)",
          "CREATE TABLE grandchild (k int PRIMARY KEY, p int,"
              + " FOREIGN KEY (p) REFERENCES child (k) ON DELETE SET NULL)",
          "CREATE TABLE other (k int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES t (k))");
      rig.start();
      rig.applier(DdlPolicy.ASK, notes);
      rig.run(
          "INSERT INTO t VALUES (1, 1), (2, 2)",
          "INSERT INTO child VALUES (10, 1), (20, 2)",
          "INSERT INTO grandchild VALUES (100, 10)",
          "UPDATE t SET n = 5");
      rig.sync();
      assertThat(notes.whole).isEmpty();
      notes.clear();
      rig.run("UPDATE t SET k = 3 WHERE k = 2");
      told(rig, notes, Set.of("2", "3"), Set.of("child", "grandchild"));
      rig.run("DELETE FROM t WHERE k = 1");
      told(rig, notes, Set.of("1"), Set.of("child", "grandchild"));
      rig.run("SET foreign_key_checks = 0", "DELETE FROM t WHERE k = 3");
      told(rig, notes, Set.of("3"), Set.of());
      rig.assertSame();
    }
  }

  private static void told(ApplyRig rig, Notes notes, Set<String> keys, Set<String> whole)
      throws SQLException {
    rig.sync();
    assertThat(notes.keys("t")).isEqualTo(keys);
    assertThat(notes.whole).isEqualTo(whole);
    assertThat(notes.keys("quiet")).isEmpty();
    notes.clear();
  }

  /** What is no key is never sent to a server. */
  @ParameterizedTest
  @EnumSource(names = "V8_0")
  void whatIsNoKeyIsRefused(MySqlVersion version) throws SQLException {
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.both("CREATE TABLE t (k int, j date, PRIMARY KEY (k, j))");
      Connector source = rig.source;
      try (TargetMoment moment = MySqlTargetMoment.take(source, Reveal.DIGESTS_ONLY)) {
        TableId table = new TableId("shop", "t");
        for (String key : List.of("1", "1,'2024-01-01'", "1 OR 1=1,2024-01-01", "")) {
          assertThatThrownBy(() -> moment.digests().rows(table, List.of(key)))
              .isInstanceOf(IllegalArgumentException.class);
        }
      }
    }
  }
}
