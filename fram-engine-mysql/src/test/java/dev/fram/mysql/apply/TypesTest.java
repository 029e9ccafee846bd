// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

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
