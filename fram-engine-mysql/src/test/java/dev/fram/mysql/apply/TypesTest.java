// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every type, with values that are easily changed on the way (I.43), through the log into the
 * target: inserted, updated, and found again by all that is in the row.
 */
@Timeout(300)
final class TypesTest {
  /** A column's type and values for it. */
  private record Sample(String type, List<String> values) {}

  private static Sample of(String type, String... values) {
    return new Sample(type, List.of(values));
  }

  private static final List<Sample> COMMON =
      List.of(
          of("tinyint", "-128", "127", "0"),
          of("tinyint unsigned", "255", "0"),
          of("smallint unsigned", "65535"),
          of("mediumint", "-8388608", "8388607"),
          of("mediumint unsigned", "16777215"),
          of("int unsigned", "4294967295"),
          of("bigint", "-9223372036854775808", "9223372036854775807"),
          of("bigint unsigned", "18446744073709551615", "9223372036854775808"),
          of(
              "decimal(65,30)",
              "-12345678901234567890123456789012345.123456789012345678901234567890"),
          of("decimal(5,0) unsigned", "99999"),
          of("float", "123456.789", "-0e0", "3.4e38", "1e-45", "0.1"),
          of("float(10,2)", "1.1", "99999.99"),
          of("double", "0.1", "1.7976931348623157e308", "5e-324", "-0e0", "123456789.123456789"),
          of("bit(1)", "b'1'"),
          of("bit(10)", "b'1000000001'", "b'0'"),
          of("bit(64)", "0xFFFFFFFFFFFFFFFF"),
          of("date", "'0000-00-00'", "'9999-12-31'", "'2024-00-15'", "'2024-02-31'"),
          of("time(6)", "'-838:59:59'", "'838:59:58.999999'", "'-00:00:00.000001'"),
          of("datetime(6)", "'0000-00-00'", "'9999-12-31 23:59:59.999999'"),
          of("datetime", "'1000-01-01 00:00:00'"),
          of("timestamp(3) NULL", "'2038-01-19 03:14:07.999'", "'1970-01-01 00:00:01'"),
          of("timestamp NULL", "'0000-00-00 00:00:00'"),
          of("year", "0", "1901", "2155"),
          of("char(10) CHARACTER SET utf8mb4", "''", "'ab  '", "'\\'\"\\\\ {d'", "'😀'"),
          of("char(5) CHARACTER SET latin1", "x'E9FF'"),
          of(
              "varchar(20) CHARACTER SET utf8mb4",
              "'trailing  '",
              "'a\\0b\\n\\r\\Z?'",
              "'{fn now()}'"),
          of("varchar(20) CHARACTER SET ucs2", "'é'"),
          of("varchar(20) CHARACTER SET utf16", "'😀x'"),
          of("varchar(20) CHARACTER SET sjis", "x'8EA9955C'"),
          of("varchar(20) CHARACTER SET gbk", "x'D5FB5C'"),
          of("varchar(300) CHARACTER SET latin1", "REPEAT('x', 300)"),
          of("binary(4)", "x'00'", "x'61000000'", "x'DEADBEEF'"),
          of("varbinary(10)", "x'0000'", "''"),
          of("tinyblob", "x'FF00'"),
          of("blob", "''", "x'27225C00'"),
          of("mediumblob", "REPEAT(x'FF', 70000)"),
          of("text CHARACTER SET utf8mb4", "'\\\\\\'; DROP TABLE t; --'"),
          of("longtext CHARACTER SET utf8mb4", "REPEAT('é', 40000)"),
          of("enum('a','b''c','')", "'a'", "'b''c'", "''", "0"),
          of("set('x','y','z')", "''", "'x,z'", "7"),
          of(
              "geometry",
              "ST_GeomFromText('POINT(1.5 -2)')",
              "ST_GeomFromText('LINESTRING(0 0,1 1)')"),
          of("point", "ST_GeomFromText('POINT(0.1 0.2)')"),
          of(
              "json",
              "'{\"a\": [1, 2.5, \"q\\\\\"{d\", null, true], \"é\": {}}'",
              "'\"s\"'",
              "'1e400'".replace("1e400", "123456789012345678")));

  private static final List<Sample> MYSQL =
      List.of(
          of(
              "json",
              "JSON_OBJECT('d', CAST('2024-01-02 03:04:05.678' AS DATETIME(3)), 'n', CAST(1.10 AS"
                  + " DECIMAL(5,2)), 'b', CAST(x'00FF' AS BINARY))",
              "CAST(-0.5 AS JSON)"),
          of("geometry SRID 4326", "ST_GeomFromText('POINT(10 20)', 4326)"));

  private static final List<Sample> MARIADB =
      List.of(
          of("inet6", "'::1'", "'2001:db8::ff00:42:8329'", "'2001:db8::'", "'::'"),
          of("inet4", "'10.0.0.0'", "'255.254.253.252'"),
          of(
              "uuid",
              "'123e4567-e89b-12d3-a456-426655440000'",
              "'123e4567-e89b-42d3-8456-426655440001'",
              "'018f4567-e89b-72d3-b456-426655440000'",
              "'00000000-0000-0000-0000-000000000000'",
              "'ffffffff-ffff-ffff-ffff-ffffffffff00'"));

  private static final List<Sample> KEYS =
      List.of(
          of("tinyint", "-128", "127", "0"),
          of("mediumint unsigned", "16777215", "0"),
          of("int", "-2147483648", "2147483647"),
          of("bigint unsigned", "18446744073709551615", "9223372036854775808", "1"),
          of("decimal(30,10)", "-12345678901234567890.0123456789", "0.0000000001"),
          of("float", "123456.789", "0.1", "-0e0"),
          of("double", "0.1", "5e-324"),
          of("bit(10)", "b'1000000001'", "b'0'"),
          of("date", "'0000-00-00'", "'2024-02-31'"),
          of("time(6)", "'-838:59:59'", "'-00:00:00.000001'"),
          of("datetime(6)", "'9999-12-31 23:59:59.999999'", "'1000-01-01'"),
          of("timestamp(3)", "'2038-01-19 03:14:07.999'", "'1970-01-01 00:00:01'"),
          of("year", "0", "2155"),
          of("char(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "'a '", "'B'", "''"),
          of("varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "'a '", "'é'", "'😀'"),
          of("varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'a'", "'A'", "'b '"),
          of("varchar(9) CHARACTER SET latin1", "x'E9FF'", "'a'"),
          of("varchar(9) CHARACTER SET sjis", "x'8EA9955C'", "'a'"),
          of("varchar(9) CHARACTER SET utf16", "'😀x'", "'a'"),
          of("binary(4)", "x'00'", "x'61000000'", "x'DEADBEEF'"),
          of("varbinary(9)", "x'00'", "x'0000'", "''"),
          of("enum('2','1','')", "'1'", "'2'", "''"),
          of("set('x','y','z')", "''", "'x,z'"));

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void everyTypeArrivesAsItWas(MySqlVersion version) throws SQLException {
    List<Sample> samples = new ArrayList<>(COMMON);
    samples.addAll(version.mariaDb() ? MARIADB : MYSQL);
    try (ApplyRig rig = new ApplyRig(version)) {
      rig.run("SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'");
      for (int i = 0; i < samples.size(); i++) {
        rig.both(
            "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
            "CREATE TABLE k" + i + " (id int PRIMARY KEY, v " + samples.get(i).type() + ")",
            "CREATE TABLE w" + i + " (id int, v " + samples.get(i).type() + ")");
      }
      rig.start();
      rig.applier(DdlPolicy.ASK);
      for (int i = 0; i < samples.size(); i++) {
        write(rig, i, samples.get(i).values());
      }
      rig.sync();
      rig.assertSame();
      for (int i = 0; i < samples.size(); i++) {
        rig.run(
            "UPDATE k" + i + " SET id = id + 100, v = NULL WHERE id % 2 = 0",
            "UPDATE w" + i + " SET id = id + 100",
            "DELETE FROM w" + i + " WHERE id % 2 = 0");
      }
      rig.sync();
      rig.assertSame();
    }
  }

  /**
   * The values of one type in one statement, which must take none of them for another type's: in a
   * table with its key alone, and in one with another unique key.
   */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void manyUpdatesAtOnceArriveAsTheyWere(MySqlVersion version) throws SQLException {
    List<Sample> samples = new ArrayList<>(COMMON);
    samples.addAll(version.mariaDb() ? MARIADB : MYSQL);
    samples.add(of("enum('2','1','0')", "'0'", "'1'", "'2'"));
    samples.add(of("json", "'1'", "'1.0'", "'\"1\"'", "'[1.0, 1e1]'", "'null'"));
    List<String> tables = new ArrayList<>();
    try (ApplyRig rig = new ApplyRig(version)) {
      for (int i = 0; i < samples.size(); i++) {
        String columns = " (id int PRIMARY KEY, u int, v " + samples.get(i).type();
        rig.both(
            "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
            "CREATE TABLE k" + i + columns + ")",
            "CREATE TABLE u" + i + columns + ", UNIQUE KEY (u))");
        for (String table : List.of("k" + i, "u" + i)) {
          tables.add(table);
          fill(rig, table, samples.get(i).values());
        }
      }
      rig.start();
      rig.applier(DdlPolicy.ASK);
      for (int i = 0; i < samples.size(); i++) {
        List<String> values = samples.get(i).values();
        for (int id = 0; id < values.size(); id++) {
          rig.run("UPDATE k" + i + " SET v = " + values.get(id) + " WHERE id = " + id);
          rig.run("UPDATE u" + i + " SET v = " + values.get(id) + " WHERE id = " + id);
        }
      }
      for (String table : tables) {
        rig.run("UPDATE " + table + " SET v = NULL, u = -u WHERE id >= 98");
      }
      long updates = rig.updates();
      rig.sync();
      rig.assertSame();
      // ENUM's error value in both tables, and the feed's position.
      assertThat(rig.updates() - updates).isEqualTo(3);
    }
  }

  /** Rows that wait for their values, and two that will lose theirs. */
  private static void fill(ApplyRig rig, String table, List<String> values) throws SQLException {
    for (int id = 0; id < values.size(); id++) {
      rig.both("INSERT INTO " + table + " VALUES (" + id + ", " + id + ", NULL)");
    }
    for (int id : List.of(98, 99)) {
      rig.both(
          "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
          "INSERT INTO " + table + " VALUES (" + id + ", " + id + ", " + values.getFirst() + ")");
    }
  }

  /** A key alone, a key beside another unique one, and a key of two columns beside one. */
  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void manyUpdatesAtOnceFindTheirRowsByEveryKey(MySqlVersion version) throws SQLException {
    List<Sample> samples = new ArrayList<>(KEYS);
    if (version.mariaDb()) {
      samples.addAll(MARIADB);
    }
    long single = 0;
    try (ApplyRig rig = new ApplyRig(version)) {
      for (int i = 0; i < samples.size(); i++) {
        String columns = " (k " + samples.get(i).type() + " NOT NULL, e int, n int";
        rig.both(
            "SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'",
            "CREATE TABLE k" + i + columns + ", PRIMARY KEY (k))",
            "CREATE TABLE u" + i + columns + ", PRIMARY KEY (k), UNIQUE KEY (n))",
            "CREATE TABLE c" + i + columns + ", PRIMARY KEY (k, e), UNIQUE KEY (n))");
        int n = 0;
        for (String value : samples.get(i).values()) {
          n++;
          for (String kind : List.of("k", "u", "c")) {
            rig.both(
                "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
                "INSERT INTO " + kind + i + " VALUES (" + value + ", 1, " + n + ")");
          }
        }
        single += guarded(samples.get(i).type()) ? 0 : n;
      }
      rig.start();
      rig.applier(DdlPolicy.ASK);
      for (int i = 0; i < samples.size(); i++) {
        for (String kind : List.of("k", "u", "c")) {
          rig.run("UPDATE " + kind + i + " SET n = n + 100");
        }
      }
      long updates = rig.updates();
      rig.sync();
      rig.assertSame();
      assertThat(rig.updates() - updates).isEqualTo(single + 1);
    }
  }

  private static boolean guarded(String type) {
    return type.matches("(tinyint|mediumint|int|bigint|char|varchar|binary|varbinary)\\b.*");
  }

  private static void write(ApplyRig rig, int table, List<String> values) throws SQLException {
    int id = 0;
    for (String value : values) {
      for (String kind : List.of("k", "w")) {
        rig.run("INSERT INTO " + kind + table + " VALUES (" + id + ", " + value + ")");
      }
      id++;
    }
    rig.run("INSERT INTO k" + table + " VALUES (" + id + ", NULL)");
    rig.run("INSERT INTO w" + table + " VALUES (" + id + ", NULL)");
  }
}
