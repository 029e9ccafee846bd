// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import java.util.List;

/**
 * Every type of ALGORITHMS I.24 with its hard values, as SQL expressions. NULL is added to each. A
 * type table: it may stand alone in its file.
 */
final class TypeCases {
  /** One column type and values for it. */
  record TypeCase(String type, List<String> values) {}

  /** What the types need to exist. */
  static final List<String> SETUP =
      List.of(
          "CREATE SCHEMA ty",
          "CREATE TYPE ty.\"Mood 😀\" AS ENUM ('sad', 'it''s ok', 'very \"happy\"', '')",
          "CREATE DOMAIN ty.positive AS numeric(20,4) CHECK (VALUE > 0)",
          "CREATE TYPE ty.pair AS (\"left\" int, \"Right side\" text, at timestamptz)",
          "CREATE TYPE ty.floatrange AS RANGE (subtype = float8, subtype_diff = float8mi)");

  private TypeCases() {}

  private static final List<TypeCase> ALL =
      List.of(
          of("smallint", "-32768", "32767", "0"),
          of("integer", "-2147483648", "2147483647"),
          of("bigint", "-9223372036854775808", "9223372036854775807"),
          of(
              "numeric",
              "'NaN'",
              "'Infinity'",
              "'-Infinity'",
              "0.000",
              "1e-200",
              "12345678901234567890.0987654321",
              "1e300"),
          of("numeric(30,10)", "'NaN'", "99999999999999999999.9999999999", "-0.0000000001"),
          of(
              "real",
              "'NaN'",
              "'Infinity'",
              "'-Infinity'",
              "1.17549435e-38",
              "3.4028235e38",
              "'-0'",
              "0.1",
              "1e-45"),
          of(
              "double precision",
              "'NaN'",
              "'Infinity'",
              "'-Infinity'",
              "2.2250738585072014e-308",
              "1.7976931348623157e308",
              "'-0'",
              "0.1",
              "5e-324",
              "123456.789"),
          of("money", "'12.34'", "'-92233720368547758.08'", "'92233720368547758.07'"),
          of("boolean", "true", "false"),
          of(
              "text",
              "''",
              "' '",
              "E'tab\\tnewline\\nreturn\\rback\\\\slash'",
              "E'\\\\N'",
              "E'\\\\.'",
              "'NULL'",
              "'ünï 😀 \u202e'",
              "repeat('x', 100000)",
              "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 5000) i)"),
          of("character(5)", "''", "'a'", "'abcde'", "'é 😀'"),
          of("character varying(10)", "''", "'a  '", "'0123456789'"),
          of("\"char\"", "'a'", "''", "'\\'", "(-1)::\"char\"", "(-56)::\"char\""),
          of("name", "'a name'", "''"),
          of(
              "bytea",
              "''",
              "'\\x00'",
              "'\\xdeadbeef00ff5c27'",
              "decode(repeat('00ff', 50000), 'hex')"),
          of("bit(3)", "B'101'", "B'000'"),
          of("bit varying(70)", "B''", "repeat('10', 35)::bit varying"),
          of(
              "date",
              "'infinity'",
              "'-infinity'",
              "'4713-01-01 BC'",
              "'5874897-12-31'",
              "'2000-02-29'"),
          of("time", "'00:00'", "'24:00'", "'23:59:59.999999'"),
          of("time with time zone", "'00:00+15:59'", "'24:00-15:59'", "'12:34:56.789+05:30'"),
          of(
              "timestamp",
              "'infinity'",
              "'-infinity'",
              "'4713-01-01 00:00 BC'",
              "'294276-12-31 23:59:59.999999'"),
          of(
              "timestamp with time zone",
              "'infinity'",
              "'-infinity'",
              "'4713-01-02 00:00+00 BC'",
              "'2026-03-29 02:30 Europe/Berlin'",
              "'294276-12-31 23:59:59.999999+00'"),
          of("timestamp(3)", "'2026-01-01 01:02:03.4567'"),
          of(
              "interval",
              "'1 year 2 mons -3 days +04:05:06.789'",
              "'-178000000 years'",
              "'0'",
              "'-00:00:00.000001'"),
          of("interval year to month", "'1-2'"),
          of(
              "uuid",
              "'00000000-0000-0000-0000-000000000000'",
              "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
          of(
              "json",
              "'{\"b\":1,  \"a\":2, \"a\":3}'",
              "'null'",
              "'\"\\u00e9\"'",
              "'[1e400, \"\\\\\"]'"),
          of(
              "jsonb",
              "'{\"b\":1,  \"a\":2, \"a\":3}'",
              "'null'",
              "'[1.10, 12345678901234567890.5, \"😀\"]'"),
          of("xml", "'<a b=\"c\">d &amp; e</a>'", "'text only'"),
          of("inet", "'192.168.0.1/24'", "'::1'", "'fe80::/10'"),
          of("cidr", "'10.0.0.0/8'", "'::/0'"),
          of("macaddr", "'08:00:2b:01:02:03'"),
          of("macaddr8", "'08:00:2b:01:02:03:04:05'"),
          of("point", "'(1,2)'", "'(NaN,-0)'", "'(1e-300,1e300)'"),
          of("line", "'{1,2,3}'"),
          of("lseg", "'[(0,0),(1,1)]'"),
          of("box", "'((0,0),(1.5,1))'"),
          of("path", "'[(0,0),(1,1),(2,0)]'", "'((0,0),(1,1))'"),
          of("polygon", "'((0,0),(1,1),(2,0))'"),
          of("circle", "'<(0.1,0.2),3>'"),
          of("tsvector", "'a:1A b:2,3C ''quo ted'':4'", "''"),
          of("tsquery", "'a & !b <2> c:*AB'", "'''quo ted'''"),
          of("pg_lsn", "'0/0'", "'FFFFFFFF/FFFFFFFF'"),
          of("xid8", "'0'", "'18446744073709551615'"),
          of("pg_snapshot", "'10:20:10,14,15'"),
          of("oid", "4294967295", "0"),
          of("int4range", "'empty'", "'[1,10)'", "'(,5]'", "'(,)'"),
          of("int8range", "'[1,9223372036854775806]'"),
          of("numrange", "'(1.10,2.20]'", "'[NaN,NaN]'"),
          of("tsrange", "'[2026-01-01,2026-02-01 00:00:00.5)'", "'[-infinity,infinity]'"),
          of("tstzrange", "'[2026-01-01 00:00+02,)'"),
          of("daterange", "'[2026-01-01,2026-02-01)'"),
          of("int4multirange", "'{}'", "'{[1,3),[5,9)}'"),
          of("tstzmultirange", "'{[2026-01-01 00:00+00,2026-01-02 00:00+00)}'"),
          of(
              "integer[]",
              "'{}'",
              "'{1,NULL,3}'",
              "'[0:2]={1,2,3}'",
              "'{{1,2},{3,4}}'",
              "'[-1:0][5:6]={{1,2},{3,4}}'"),
          of("text[]", "'{}'", "array['NULL', '', ' ', 'a\"b', E'c\\\\d', 'e,f', '{g}', NULL]"),
          of("bytea[]", "array['\\x00'::bytea, '\\xff5c22'::bytea]"),
          of("box[]", "'{(1,1),(0,0);(2,2),(1,1)}'"),
          of("jsonb[]", "array['{\"a\": \"b,c\"}'::jsonb, 'null'::jsonb]"),
          of("timestamptz[]", "array['infinity'::timestamptz, '2026-01-01 00:00+00']"),
          of("ty.\"Mood 😀\"", "'sad'", "'it''s ok'", "'very \"happy\"'", "''"),
          of("ty.\"Mood 😀\"[]", "array['', 'very \"happy\"']::ty.\"Mood 😀\"[]"),
          of("ty.positive", "0.0001", "9999999999999999.9999"),
          of("ty.positive[]", "array[1, 2.5]::ty.positive[]"),
          of(
              "ty.pair",
              "row(1, 'a \"quoted\", (text)', '2026-01-01 00:00+00')::ty.pair",
              "row(NULL, '', NULL)::ty.pair"),
          of("ty.pair[]", "array[row(1, 'x', NULL)::ty.pair, NULL]"),
          of("ty.floatrange", "'[1.5,2.5)'", "'empty'"),
          of("regclass", "'pg_catalog.pg_class'"),
          of("regtype", "'integer'"));

  static List<TypeCase> all() {
    return ALL;
  }

  private static TypeCase of(String type, String... values) {
    return new TypeCase(type, List.of(values));
  }
}
