// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every value of every type is read from the log exactly as the server itself shows it. */
@Timeout(180)
class TypesThroughFeedTest {

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void valuesAreExact(MySqlVersion version) throws SQLException {
    List<TypeSamples.Sample> samples = TypeSamples.forServer(version);
    try (MySqlServer server = MySqlServer.plan(version).start();
        FeedRig rig = new FeedRig(server, "types")) {
      rig.run("SET sql_mode = 'ALLOW_INVALID_DATES'", "SET time_zone = '+00:00'");
      rig.run("SET NAMES utf8mb4");
      for (int i = 0; i < samples.size(); i++) {
        rig.run("CREATE TABLE t" + i + " (id INT PRIMARY KEY, c " + samples.get(i).type() + ")");
      }
      rig.open(rig.start());
      for (int i = 0; i < samples.size(); i++) {
        List<String> values = samples.get(i).values();
        rig.run("INSERT INTO t" + i + " VALUES (0, NULL)");
        for (int k = 0; k < values.size(); k++) {
          rig.run("INSERT INTO t" + i + " VALUES (" + (k + 1) + ", " + values.get(k) + ")");
        }
      }
      SoftAssertions all = new SoftAssertions();
      Connection connection = rig.connector.open("test");
      for (RowChange row : FeedRig.rows(rig.all())) {
        int number = Integer.parseInt(row.table().name().substring(1));
        compare(connection, row, samples.get(number), all);
      }
      Connector.abort(connection);
      all.assertAll();
    }
  }

  private static void compare(
      Connection connection, RowChange row, TypeSamples.Sample sample, SoftAssertions all)
      throws SQLException {
    long id = ((Value.Int) row.after().get(0)).signed();
    Value value = row.after().get(1);
    String what = sample.type() + " row " + id;
    String where = " FROM types." + row.table().name() + " WHERE id = " + id;
    if (id == 0) {
      all.assertThat(value).as(what).isEqualTo(Value.Null.NULL);
      return;
    }
    switch (sample.look()) {
      case NUMBER ->
          all.assertThat(number(value, sample.type()))
              .as(what)
              .isEqualTo(
                  Sql.text(connection, "SELECT CAST(" + plain(sample) + " AS CHAR)" + where));
      case TEXT ->
          all.assertThat(text(value))
              .as(what)
              .isEqualTo(Sql.text(connection, "SELECT CAST(c AS CHAR)" + where));
      case DOUBLE ->
          all.assertThat(real(value))
              .as(what)
              .isEqualTo(
                  Sql.first(connection, "SELECT c + 0e0" + where, r -> r.getDouble(1))
                      .orElseThrow());
      case BYTES ->
          all.assertThat(hex(value)).as(what).isEqualTo(stored(connection, where, sample));
      case JSON ->
          all.assertThat(sameJson(connection, value, where)).as(what + " " + value).isTrue();
    }
  }

  /** The server adds to a SET with its highest bit as if that were a sign. */
  private static String plain(TypeSamples.Sample sample) {
    return sample.type().startsWith("SET") ? "CAST(c AS UNSIGNED)" : "c + 0";
  }

  private static String stored(Connection connection, String where, TypeSamples.Sample sample)
      throws SQLException {
    String hex = Sql.text(connection, "SELECT HEX(c)" + where);
    if (sample.type().startsWith("BINARY")) {
      return hex.replaceFirst("(00)+$", "");
    }
    return sample.type().startsWith("BIT") ? hex.replaceFirst("^0+", "") : hex;
  }

  private static String hex(Value value) {
    return switch (value) {
      case Value.Bytes bytes -> HexFormat.of().withUpperCase().formatHex(bytes.bytes());
      case Value.Bits bits ->
          HexFormat.of().withUpperCase().formatHex(bits.bytes()).replaceFirst("^0+", "");
      default -> value.toString();
    };
  }

  private static String number(Value value, String type) {
    return switch (value) {
      case Value.Int number when type.contains("UNSIGNED") -> number.unsigned(width(type));
      case Value.Int number -> String.valueOf(number.signed());
      case Value.Ordinal ordinal -> Long.toUnsignedString(ordinal.number());
      default -> value.toString();
    };
  }

  private static int width(String type) {
    return switch (type.split("[ (]")[0]) {
      case "TINYINT" -> 1;
      case "SMALLINT" -> 2;
      case "MEDIUMINT" -> 3;
      case "INT" -> 4;
      default -> 8;
    };
  }

  private static String text(Value value) {
    return switch (value) {
      case Value.Decimal decimal -> decimal.text();
      case Value.Temporal temporal -> temporal.text();
      case Value.Year year -> String.format(Locale.ROOT, "%04d", year.year());
      default -> value.toString();
    };
  }

  private static double real(Value value) {
    return switch (value) {
      case Value.Single single -> single.value();
      case Value.Real real -> real.value();
      default -> Double.NaN;
    };
  }

  private static boolean sameJson(Connection connection, Value value, String where)
      throws SQLException {
    String made =
        switch (value) {
          case Value.Json json -> "CAST(? AS JSON)";
          case Value.JsonExpression expression -> expression.sql();
          default -> value.toString();
        };
    String sql =
        "SELECT CAST(c AS CHAR) = CAST(made AS CHAR) AND JSON_TYPE(c) = JSON_TYPE(made)"
            + " AND c = made AND COALESCE(JSON_TYPE(c->'$.d') = JSON_TYPE(made->'$.d'), 1)"
            + " AND COALESCE(JSON_TYPE(c->'$.n') = JSON_TYPE(made->'$.n'), 1)"
            + " AND COALESCE(JSON_TYPE(c->'$[0]') = JSON_TYPE(made->'$[0]'), 1)"
            + " FROM (SELECT c, "
            + made
            + " AS made"
            + where
            + ") q";
    long same =
        value instanceof Value.Json json
            ? Sql.number(connection, sql, json.text())
            : Sql.number(connection, sql);
    return same == 1;
  }

  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  void columnsThatTheServerComputesAreInTheImage(MySqlVersion version) throws SQLException {
    try (MySqlServer server = MySqlServer.plan(version).start();
        FeedRig rig = new FeedRig(server, "types")) {
      rig.run(
          "CREATE TABLE g (id INT PRIMARY KEY, a INT, v INT GENERATED ALWAYS AS (a + 1) VIRTUAL,"
              + " s INT GENERATED ALWAYS AS (a + 2) STORED, i INT "
              + (version.mariaDb() ? "INVISIBLE DEFAULT 9" : "DEFAULT 9 INVISIBLE")
              + ", KEY (v))");
      if (!version.mariaDb()) {
        rig.run("CREATE INDEX f ON g ((a * 2))");
      }
      rig.open(rig.start());
      rig.run("INSERT INTO g (id, a) VALUES (1, 10)", "UPDATE g SET a = 20", "DELETE FROM g");
      List<RowChange> rows = FeedRig.rows(rig.all());
      assertThat(rows).hasSize(3);
      assertThat(rows.get(1).after()).hasSize(5);
      assertThat(rows.get(1).after().get(3)).isEqualTo(new Value.Int(22));
      assertThat(rows.get(1).after().get(4)).isEqualTo(new Value.Int(9));
    }
  }
}
