// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.testkit.server.PostgresVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every type goes through the feed three ways: COPY, an array parameter, and as a key. */
class TypesTest {
  static final String DDL =
      """
      CREATE TYPE mood AS ENUM ('sad', 'o"k', 'it''s', 'a,b', 'back\\slash');
      CREATE TYPE pair AS (a int, b text);
      CREATE TYPE nested AS (p pair, ps pair[]);
      CREATE DOMAIN small AS int CHECK (VALUE < 1000);
      CREATE DOMAIN pair_domain AS pair CHECK ((VALUE).a IS NULL OR (VALUE).a > 0);
      CREATE DOMAIN ints AS int[];
      CREATE DOMAIN tag AS varchar(5);
      CREATE TYPE textrange AS RANGE (subtype = text);
      CREATE SCHEMA "Odd ""Schema";
      CREATE TYPE "Odd ""Schema"."Odd Type" AS ENUM ('x', 'Y');
      """;

  /** An index over them can be made, but no row put in. */
  static final List<String> UNORDERED_ARRAYS = List.of("box[]", "json[]");

  /** Type, then values, the first three different from one another. */
  static Map<String, List<String>> types() {
    Map<String, List<String>> types = new LinkedHashMap<>();
    types.put("int2", List.of("-32768", "32767", "0"));
    types.put("int8", List.of("-9223372036854775808", "9223372036854775807", "0"));
    types.put("numeric", List.of("'NaN'", "1.00", "-1e-20", "123456789012345678901234567890.5"));
    types.put("numeric(10,2)", List.of("1.5", "-99999999.99", "0.00"));
    types.put(
        "float4", List.of("'NaN'", "'-Infinity'", "1e-45", "3.4028235e38", "'-0'", "0.1::float4"));
    types.put(
        "float8",
        List.of("'Infinity'", "4.9e-324", "1.7976931348623157e308", "'-0'", "0.1::float8/3"));
    types.put("money", List.of("'1234.56'", "'-0.01'", "'92233720368547758.07'"));
    types.put("bool", List.of("true", "false"));
    types.put("\"char\"", List.of("'a'", "'\\'", "'\"'", "''"));
    types.put("char(5)", List.of("'ab'", "'  x'", "'12345'", "''"));
    types.put("bpchar", List.of("'ab'", "'x  '", "''"));
    types.put("varchar(5)", List.of("'ab   '", "'12345'", "''", "'äöüß€'"));
    types.put("name", List.of("'n'", "'A \"name\"'", "repeat('x', 63)"));
    types.put(
        "text",
        List.of(
            "E'tab\\tnl\\ncr\\rback\\\\'",
            "'NULL'",
            "''",
            "'\\N'",
            "'{a,\"b\"}'",
            "U&'\\+01F600'",
            "E'\\x01\\x7f'"));
    types.put("bytea", List.of("'\\x00ff5c0a'", "''", "'\\xdeadbeef'"));
    types.put("date", List.of("'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'"));
    types.put("time", List.of("'24:00:00'", "'00:00:00.000001'", "'12:34:56.7'"));
    types.put("timetz", List.of("'23:59:59.999999+15:59'", "'00:00:00-12'", "'12:00:00.5+01:30'"));
    types.put(
        "timestamp",
        List.of("'infinity'", "'4713-01-01 00:00:00 BC'", "'294276-12-31 23:59:59.999999'"));
    types.put(
        "timestamptz",
        List.of("'-infinity'", "'0001-12-31 23:59:59 BC'", "'2024-02-29 12:00:00.123456+05:45'"));
    types.put(
        "interval",
        List.of("'1 year -2 mons +3 days -04:05:06.789'", "'-178000000 years'", "'0'", "'90 min'"));
    types.put("uuid", List.of("'00000000-0000-0000-0000-000000000000'", "gen_random_uuid()"));
    types.put("json", List.of("'{\"b\":1,  \"a\":[null]}'", "'1.0'", "'\"x\"'"));
    types.put("jsonb", List.of("'{\"b\":1,\"a\":[null]}'", "'1.00'", "'\"\\\\u00e9\\\\\\\\\"'"));
    types.put("jsonpath", List.of("'$.a[*] ? (@ > 1)'", "'strict $'", "'$.\"x\"'"));
    types.put(
        "xml", List.of("'<a>1</a>'", "'text only'", "'<?xml version=\"1.0\"?><b x=\"&lt;\"/>'"));
    types.put("bit(5)", List.of("B'10101'", "B'00000'", "B'11111'"));
    types.put("bit", List.of("B'1'", "B'0'"));
    types.put("varbit", List.of("B''", "B'1'", "B'101010101'"));
    types.put("inet", List.of("'10.1.2.3'", "'10.1.2.3/8'", "'::1'", "'fe80::1/64'"));
    types.put("cidr", List.of("'10.0.0.0/8'", "'::/0'", "'192.168.1.1/32'"));
    types.put("macaddr", List.of("'08:00:2b:01:02:03'", "'ff:ff:ff:ff:ff:ff'"));
    putStructured(types);
    return types;
  }

  private static void putStructured(Map<String, List<String>> types) {
    types.put("macaddr8", List.of("'08:00:2b:01:02:03:04:05'", "'00:00:00:00:00:00:00:00'"));
    types.put("point", List.of("'(1.5,-0)'", "'(NaN,Infinity)'", "'(1e-300,0.1)'"));
    types.put("line", List.of("'{1,2,3}'", "'{0.1,1,0}'", "'{-1,0,5}'"));
    types.put("lseg", List.of("'[(0,0),(1,1)]'", "'[(0.1,0),(1,1)]'", "'[(2,0),(1,1)]'"));
    types.put("box", List.of("'(1,1),(0,0)'", "'(2,2),(0.1,0)'", "'(3,3),(0,0)'"));
    types.put("path", List.of("'[(0,0),(1,1)]'", "'((0,0),(1,1),(2,0))'", "'[(5,5)]'"));
    types.put("polygon", List.of("'((0,0),(1,1),(2,0))'", "'((0,0))'", "'((0.1,0),(3,3))'"));
    types.put("circle", List.of("'<(0,0),1>'", "'<(0.1,0),0>'", "'<(1,1),2>'"));
    types.put("tsvector", List.of("'a:1A b:2,3 ''q '''", "''", "'x'"));
    types.put("tsquery", List.of("'a & !b'", "'''q q'' <-> b:*A'", "'x | y'"));
    types.put("pg_lsn", List.of("'16/B374D848'", "'0/0'", "'FFFFFFFF/FFFFFFFF'"));
    types.put("xid", List.of("'1'", "'4294967295'", "'3'"));
    types.put("xid8", List.of("'1'", "'18446744073709551615'", "'3'"));
    types.put("tid", List.of("'(0,1)'", "'(4294967294,65535)'", "'(5,5)'"));
    types.put("pg_snapshot", List.of("'10:20:12,15'", "'1:1:'", "'3:4:'"));
    types.put("txid_snapshot", List.of("'10:20:12,15'", "'1:1:'", "'3:4:'"));
    types.put("regclass", List.of("'pg_class'", "'pg_type'"));
    types.put("regtype", List.of("'int4[]'", "'text'"));
    types.put("oid", List.of("'4294967295'", "'1'", "'0'"));
    types.put("oidvector", List.of("'1 2 3'", "''", "'4294967295'"));
    types.put("int2vector", List.of("'1 2 3'", "''", "'-5'"));
    types.put("int4range", List.of("'[1,5)'", "'empty'", "'(,)'"));
    types.put("numrange", List.of("'(1.5,2]'", "'empty'", "'[1.0,1.00]'"));
    types.put(
        "tstzrange", List.of("'[2020-01-01,infinity)'", "'empty'", "'(,2020-01-01 01:02:03)'"));
    types.put("textrange", List.of("'[\"a,b\",\"c\\\\\\\\\"\"d\")'", "'empty'", "'(,)'"));
    types.put("int4multirange", List.of("'{[1,3),[5,7)}'", "'{}'", "'{(,)}'"));
    types.put("int4[]", List.of("'{1,NULL,3}'", "'{}'", "'[-2:-1][5:6]={{1,2},{3,4}}'"));
    types.put(
        "text[]", List.of("'{\"a,b\",NULL,\"NULL\",\"\"}'", "'{}'", "ARRAY[E'\\\\\"', '{}']"));
    types.put("box[]", List.of("'{(1,1),(0,0);(2,2),(1,1)}'", "'{}'", "'{(3,3),(0,0)}'"));
    types.put("varchar(3)[]", List.of("'{abc}'", "'{}'", "'{a,\" \"}'"));
    types.put("json[]", List.of("ARRAY['{\"a\": \"x,y\"}'::json]", "'{}'", "'{1}'"));
    types.put("mood", List.of("'sad'", "'o\"k'", "'it''s'", "'a,b'", "'back\\slash'"));
    types.put("mood[]", List.of("'{sad,\"a,b\"}'", "'{}'", "'{\"back\\\\slash\"}'"));
    types.put(
        "pair", List.of("ROW(1, 'a,\"b')", "ROW(NULL, NULL)", "ROW(2, '')", "ROW(3, '\\N(x)')"));
    types.put(
        "pair[]",
        List.of("ARRAY[ROW(1, 'a,\"b')::pair, NULL]", "'{}'", "ARRAY[ROW(2, NULL)::pair]"));
    types.put(
        "nested",
        List.of(
            "ROW(ROW(1, 'x\"'), ARRAY[ROW(2, 'y\\')::pair])",
            "ROW(NULL, NULL)",
            "ROW(ROW(NULL, ''), '{}')"));
    types.put("small", List.of("1", "999", "-5"));
    types.put("small[]", List.of("'{1,2}'", "'{}'", "'{NULL}'"));
    types.put("pair_domain", List.of("ROW(1, 'x')", "ROW(2, NULL)", "ROW(NULL, NULL)"));
    types.put("ints", List.of("'{1,2}'", "'{}'", "'[0:1]={7,8}'"));
    types.put("tag", List.of("'abcde'", "''", "'x '"));
    types.put("\"Odd \"\"Schema\".\"Odd Type\"", List.of("'x'", "'Y'"));
  }

  @ParameterizedTest
  @CsvSource({"V15, V18", "V18, V18", "V18, V15"})
  void everyTypeArrivesUnchanged(PostgresVersion from, PostgresVersion to) throws Exception {
    try (FeedRig rig = new FeedRig(Servers.of(from), Servers.of(to))) {
      rig.both(DDL);
      List<String> tables = new ArrayList<>();
      for (Map.Entry<String, List<String>> type : types().entrySet()) {
        tables.add(create(rig, tables.size(), type.getKey()));
      }
      rig.follow(tables.toArray(new String[0]));
      int number = 0;
      for (List<String> values : types().values()) {
        fill(rig, tables.get(number++), values);
      }
      rig.sync();
      for (String table : tables) {
        assertThat(rig.same(table)).isNotEmpty();
      }
      number = 0;
      for (List<String> values : types().values()) {
        change(rig, tables.get(number++), values);
      }
      rig.sync();
      for (String table : tables) {
        rig.same(table);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"V15, V18", "V18, V18"})
  void everyTypeCanBeTheKey(PostgresVersion from, PostgresVersion to) throws Exception {
    try (FeedRig rig = new FeedRig(Servers.of(from), Servers.of(to))) {
      rig.both(DDL);
      List<String> tables = new ArrayList<>();
      List<List<String>> keys = new ArrayList<>();
      for (Map.Entry<String, List<String>> type : types().entrySet()) {
        if (UNORDERED_ARRAYS.contains(type.getKey())) {
          continue;
        }
        String table = "k" + keys.size();
        String ddl = "CREATE TABLE " + table + " (k " + type.getKey() + " PRIMARY KEY, n int)";
        try {
          FeedRig.run(rig.onSource, ddl);
          FeedRig.run(rig.onTarget, ddl);
          tables.add(table);
          keys.add(type.getValue());
        } catch (java.sql.SQLException noOrder) {
          assertThat(noOrder.getSQLState()).isEqualTo("42704");
        }
      }
      assertThat(tables).hasSizeGreaterThan(40);
      rig.follow(tables.toArray(new String[0]));
      for (int i = 0; i < tables.size(); i++) {
        for (String value : keys.get(i)) {
          rig.onSource("INSERT INTO " + tables.get(i) + " VALUES (" + value + ", 0)");
        }
      }
      rig.sync();
      for (int i = 0; i < tables.size(); i++) {
        rig.onSource("UPDATE " + tables.get(i) + " SET n = n + 1");
      }
      rig.sync();
      for (int i = 0; i < tables.size(); i++) {
        rig.same(tables.get(i));
        String where = " WHERE k = (SELECT k FROM " + tables.get(i) + " LIMIT 1)";
        rig.onSource("DELETE FROM " + tables.get(i) + where);
      }
      rig.sync();
      for (String table : tables) {
        rig.same(table);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"V15, V18", "V18, V18"})
  void everyTypeIsFoundByTheWholeRow(PostgresVersion from, PostgresVersion to) throws Exception {
    try (FeedRig rig = new FeedRig(Servers.of(from), Servers.of(to))) {
      rig.both(DDL);
      List<String> tables = new ArrayList<>();
      for (String type : types().keySet()) {
        String table = "f" + tables.size();
        rig.both("CREATE TABLE " + table + " (v " + type + ", n int)");
        rig.onSource("ALTER TABLE " + table + " REPLICA IDENTITY FULL");
        tables.add(table);
      }
      rig.follow(tables.toArray(new String[0]));
      int number = 0;
      for (List<String> values : types().values()) {
        String table = tables.get(number++);
        for (String value : values) {
          rig.onSource("INSERT INTO " + table + " VALUES (" + value + ", 0), (" + value + ", 0)");
        }
        rig.onSource("INSERT INTO " + table + " VALUES (NULL, 0), (NULL, 0)");
        rig.onSource(
            "UPDATE "
                + table
                + " SET n = 1 WHERE ctid IN (SELECT min(ctid) FROM "
                + table
                + " GROUP BY concat(v))");
        rig.onSource("DELETE FROM " + table + " WHERE n = 0 AND ctid < '(0,5)'");
      }
      rig.sync();
      for (String table : tables) {
        assertThat(rig.same(table)).as(table).isNotEmpty();
      }
    }
  }

  private static String create(FeedRig rig, int number, String type) throws Exception {
    String table = "t" + number;
    rig.both("CREATE TABLE " + table + " (id int PRIMARY KEY, v " + type + ")");
    return table;
  }

  private static void fill(FeedRig rig, String table, List<String> values) throws Exception {
    for (int i = 0; i < values.size(); i++) {
      rig.onSource("INSERT INTO " + table + " VALUES (" + i + ", " + values.get(i) + ")");
    }
    rig.onSource("INSERT INTO " + table + " VALUES (-1, NULL)");
  }

  /** Every row gets the value of another, one a NULL, and the NULL a value. */
  private static void change(FeedRig rig, String table, List<String> values) throws Exception {
    for (int i = 0; i < values.size(); i++) {
      String other = i == 1 ? "NULL" : values.get((i + 1) % values.size());
      rig.onSource("UPDATE " + table + " SET v = " + other + " WHERE id = " + i);
    }
    rig.onSource("UPDATE " + table + " SET v = " + values.getFirst() + " WHERE id = -1");
  }
}
