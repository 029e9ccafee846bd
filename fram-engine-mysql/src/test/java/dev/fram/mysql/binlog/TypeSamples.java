// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.testkit.server.MySqlVersion;
import java.util.ArrayList;
import java.util.List;

/** Column types and values that have gone wrong in other tools (ALGORITHMS I.43). */
public final class TypeSamples {
  private TypeSamples() {}

  /** How a value is asked for, so that nothing of it is lost. */
  public enum Look {
    /** {@code c + 0}: numbers, and the number of an ENUM or SET. */
    NUMBER,
    /** Compared as a double. */
    DOUBLE,
    /** {@code CAST(c AS CHAR)}. */
    TEXT,
    /** {@code HEX(c)}: the column's own bytes. */
    BYTES,
    /** Compared by the server. */
    JSON
  }

  /**
   * @param type the column's definition
   * @param look how to compare
   * @param values SQL expressions
   */
  public record Sample(String type, Look look, List<String> values) {}

  private static Sample of(Look look, String type, String... values) {
    return new Sample(type, look, List.of(values));
  }

  /** The samples a server can hold. */
  public static List<Sample> forServer(MySqlVersion version) {
    List<Sample> all = new ArrayList<>(numbers());
    all.addAll(times());
    all.addAll(strings());
    switch (version) {
      case MARIADB_11_4 -> all.addAll(mariaDb());
      case V8_0 -> all.addAll(json());
      case V9_7 -> {
        all.addAll(json());
        all.add(of(Look.BYTES, "VECTOR(3)", "TO_VECTOR('[1,2,3]')", "TO_VECTOR('[-0.5,1e30,0]')"));
      }
    }
    return all;
  }

  private static List<Sample> numbers() {
    return List.of(
        of(Look.NUMBER, "TINYINT", "-128", "127", "0"),
        of(Look.NUMBER, "TINYINT UNSIGNED", "255", "128"),
        of(Look.NUMBER, "SMALLINT", "-32768", "32767"),
        of(Look.NUMBER, "SMALLINT UNSIGNED", "65535"),
        of(Look.NUMBER, "MEDIUMINT", "-8388608", "8388607"),
        of(Look.NUMBER, "MEDIUMINT UNSIGNED", "16777215"),
        of(Look.NUMBER, "INT", "-2147483648", "2147483647"),
        of(Look.NUMBER, "INT(8) UNSIGNED ZEROFILL", "4294967295", "7"),
        of(Look.NUMBER, "BIGINT", "-9223372036854775808", "9223372036854775807"),
        of(Look.NUMBER, "BIGINT UNSIGNED", "18446744073709551615", "9223372036854775808"),
        of(
            Look.TEXT,
            "DECIMAL(65,30)",
            "-0.000000000000000000000000000001",
            "0",
            "99999999999999999999999999999999999.999999999999999999999999999999"),
        of(Look.TEXT, "DECIMAL(10,0)", "-9999999999", "0"),
        of(Look.TEXT, "DECIMAL(9,9)", "0.123456789", "-0.5"),
        of(Look.TEXT, "DECIMAL(20,2) UNSIGNED", "123456789012345678.90"),
        of(Look.DOUBLE, "FLOAT", "123456.789", "-3.402823466e38", "1.17549435e-38", "0.1", "-0.0"),
        of(
            Look.DOUBLE,
            "DOUBLE",
            "1.7976931348623157e308",
            "2.2250738585072014e-308",
            "0.1",
            "-123456789.123456789"),
        of(Look.BYTES, "BIT(1)", "b'1'", "b'0'"),
        of(Look.BYTES, "BIT(10)", "b'1000000001'"),
        of(Look.BYTES, "BIT(64)", "0xFFFFFFFFFFFFFFFF", "b'1'"));
  }

  private static List<Sample> times() {
    return List.of(
        of(Look.TEXT, "YEAR", "0", "1901", "2155", "'0000'"),
        of(Look.TEXT, "DATE", "'0000-00-00'", "'2024-00-00'", "'2023-02-31'", "'9999-12-31'"),
        of(Look.TEXT, "TIME", "'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'"),
        of(Look.TEXT, "TIME(6)", "'-00:00:00.000001'", "'-838:59:58.999999'", "'12:34:56.789'"),
        of(Look.TEXT, "TIME(1)", "'-01:02:03.4'", "'-00:00:00.1'"),
        of(Look.TEXT, "TIME(3)", "'-100:02:03.456'", "'00:00:00.001'"),
        of(
            Look.TEXT,
            "DATETIME",
            "'0000-00-00 00:00:00'",
            "'1000-01-01 00:00:00'",
            "'9999-12-31 23:59:59'"),
        of(
            Look.TEXT,
            "DATETIME(6)",
            "'2024-02-29 12:34:56.789012'",
            "'0000-00-00 00:00:00.000000'"),
        of(Look.TEXT, "DATETIME(2)", "'2024-02-29 12:34:56.78'"),
        of(
            Look.TEXT,
            "TIMESTAMP NULL",
            "'0000-00-00 00:00:00'",
            "'1970-01-01 00:00:01'",
            "'2038-01-19 03:14:07'",
            "'2024-03-31 01:30:00'",
            "'2024-10-27 00:30:00'"),
        of(Look.TEXT, "TIMESTAMP(6) NULL", "'2024-10-27 01:30:00.000001'"),
        of(Look.TEXT, "TIMESTAMP(3) NULL", "'2024-10-27 01:30:00.999'"));
  }

  private static List<Sample> strings() {
    return List.of(
        of(Look.BYTES, "CHAR(10) CHARACTER SET latin1", "'abc  '", "'äöü'", "''"),
        of(Look.BYTES, "CHAR(200) CHARACTER SET utf8mb4", "REPEAT('🦊', 200)", "'x'"),
        of(
            Look.BYTES,
            "VARCHAR(300) CHARACTER SET utf8mb4",
            "'a  '",
            "REPEAT('ž', 300)",
            "'🦊\\0'"),
        of(Look.BYTES, "VARCHAR(50) CHARACTER SET utf8mb3", "'Žluťoučký'"),
        of(Look.BYTES, "VARCHAR(50) CHARACTER SET sjis", "_sjis 0x83408341", "'表'"),
        of(Look.BYTES, "VARCHAR(50) CHARACTER SET utf16", "'a🦊'"),
        of(Look.BYTES, "TEXT CHARACTER SET latin1", "REPEAT('é', 60000)"),
        of(Look.BYTES, "LONGTEXT CHARACTER SET utf8mb4", "REPEAT('long', 100000)"),
        of(Look.BYTES, "BINARY(4)", "0x6100", "0x00000000", "0x61626364"),
        of(Look.BYTES, "VARBINARY(300)", "0x00FF00", "''", "REPEAT(0x00, 300)"),
        of(Look.BYTES, "TINYBLOB", "0x00", "REPEAT(0xFF, 255)"),
        of(Look.BYTES, "BLOB", "REPEAT(0x0A0D, 30000)", "0x5C4E", "'\\t\\n\\\\N'"),
        of(Look.BYTES, "LONGBLOB", "REPEAT(0x00, 300000)"),
        of(
            Look.BYTES,
            "GEOMETRY",
            "ST_GeomFromText('POINT(1 2)')",
            "ST_GeomFromText('LINESTRING(0 0,1 1,2 -3)')"),
        of(Look.BYTES, "POINT", "ST_GeomFromText('POINT(5 6)', 4326)"),
        of(Look.NUMBER, "ENUM('a','b','ž')", "'a'", "'ž'", "''"),
        of(Look.NUMBER, "ENUM(" + members(300) + ")", "'m299'", "'m0'"),
        of(Look.NUMBER, "SET('a','b','c')", "'a,c'", "''"),
        of(Look.NUMBER, "SET(" + members(64) + ")", "'m63'", "'m0,m63'"));
  }

  private static List<Sample> json() {
    return List.of(
        of(
            Look.JSON,
            "JSON",
            "'{}'",
            "'[]'",
            "'null'",
            "'true'",
            "'\"a\"'",
            "'-1'",
            "'18446744073709551615'",
            "'-9223372036854775808'",
            "'1.5e300'",
            "'-0.0'",
            "'{\"b\": [1, 70000, 5000000000, \"x\", null, false, {\"k\": 2.5}], \"a\": \"\"}'",
            "'[\"\\\\u0001\\\\n\\\\\"\\\\\\\\🦊\"]'",
            "CONCAT('[\"', REPEAT('x', 100000), '\", 70000, -70000, 3]')",
            "CONCAT('{\"', REPEAT('k', 60000), '\": {\"n\": 70000}}')",
            "JSON_OBJECT('d', CAST('2024-02-29' AS DATE), 'n', CAST(1.50 AS DECIMAL(5,2)))",
            "JSON_ARRAY(CAST('-12:34:56.789' AS TIME(6)), CAST('2024-02-29 1:2:3.4' AS DATETIME(6)))",
            "CAST(CAST('2024-02-29' AS DATE) AS JSON)",
            "JSON_ARRAY(1.5, 'a\\'b', TRUE, NULL, 1e10, -0e0)"));
  }

  private static List<Sample> mariaDb() {
    return List.of(
        of(Look.BYTES, "JSON", "'{\"a\": 1}'"),
        of(Look.BYTES, "VARCHAR(1000) COMPRESSED", "REPEAT('a', 900)", "'short'", "''"),
        of(Look.BYTES, "TEXT COMPRESSED", "REPEAT('b', 5000)"));
  }

  private static String members(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ",").append("'m").append(i).append('\'');
    }
    return text.toString();
  }
}
