// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.mysql.RunningServers;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Digests: equal for equal rows wherever they are, different for any other (ALGORITHMS D1). */
class TableDigesterTest {
  private static final TableId TABLE = new TableId("digest", "t");
  private static final List<String> COLUMNS =
      List.of(
          "id int",
          "f float",
          "d double(10,2)",
          "dd double",
          "s varchar(20) character set latin1",
          "c char(5)",
          "b bit(9)",
          "e enum('a','A','') character set utf8mb4 collate utf8mb4_bin",
          "z set('x','y')",
          "j json",
          "g geometry",
          "bl longblob",
          "tx text character set utf8mb4",
          "ts timestamp(3) null",
          "dt datetime",
          "y year",
          "tm time(6)",
          "de decimal(65,30)",
          "zf bigint unsigned zerofill",
          "vb varbinary(10)",
          "v int as (id + 1) virtual",
          "w int as (id + 2) stored");

  /** Each changes a row so that it is another one, however alike the two may look. */
  private static final List<String> CHANGES =
      List.of(
          "f = 123456.8",
          "f = -f",
          "dd = 0e0",
          "dd = dd + 1e-300",
          "s = NULL",
          "tx = NULL",
          "tx = ' '",
          "e = 'A'",
          "z = 'x'",
          "c = 'y'",
          "b = b'111'",
          "bl = x'000100'",
          "j = '{\"a\":1,\"b\":2}'",
          "g = NULL",
          "zf = 18446744073709551614",
          "vb = x'0000'",
          "de = de + 0.000000000000000000000000000001",
          "tm = '-838:59:58.999999'",
          "ts = '2026-01-01 00:00:00.001'",
          "dt = '0000-00-01'",
          "y = 1901",
          "s = tx, tx = 'é'");

  private static final String ROW =
      "(id, f, d, dd, s, c, b, e, z, j, g, bl, tx, ts, dt, y, tm, de, zf, vb) VALUES (1,"
          + " 123456.789, 1.23, -0e0, 'é', ' x', b'101', 'a', 'x,y', '{\"b\":1,\"a\":1}',"
          + " ST_GeomFromText('POINT(1 2)'), x'0001', '', '2026-01-01', '0000-00-00', 0,"
          + " '-838:59:59', 1.5, 18446744073709551615, x'00')";

  @ParameterizedTest
  @EnumSource
  void everyDifferenceCounts(MySqlVersion version) throws SQLException {
    Connector connector = server(version, COLUMNS);
    try (Connection session = connector.open("test")) {
      assertThat(TableDigester.digest(connector, TABLE)).isEqualTo(new TableDigest(0, 0, 0));
      Sql.run(session, "INSERT INTO digest.t " + ROW);
      TableDigest one = TableDigester.digest(connector, TABLE);
      Sql.run(session, "INSERT INTO digest.t " + ROW);
      TableDigest two = TableDigester.digest(connector, TABLE);
      // The same row twice: sums, which do not cancel out.
      assertThat(two).isEqualTo(new TableDigest(2, one.high() * 2, one.low() * 2));
      session.setAutoCommit(false);
      for (String change : CHANGES) {
        Sql.run(session, "UPDATE digest.t SET " + change + " LIMIT 1");
        assertThat(TableDigester.digest(session, "test", TABLE)).as(change).isNotEqualTo(two);
        session.rollback();
      }
    } finally {
      connector.closeAll();
    }
  }

  @Test
  void oldAndNewServersAgreeWhateverTheOrderOfColumns() throws SQLException {
    Connector old = server(MySqlVersion.V8_0, COLUMNS);
    Connector recent = server(MySqlVersion.V9_7, COLUMNS.reversed());
    try (Connection here = old.open("test");
        Connection there = recent.open("test")) {
      for (int i = 0; i < 20; i++) {
        Sql.run(here, "INSERT INTO digest.t " + ROW.replace("(1,", "(" + i + ","));
        Sql.run(there, "INSERT INTO digest.t " + ROW.replace("(1,", "(" + (19 - i) + ","));
      }
      Sql.run(here, "INSERT INTO digest.t (id) VALUES (20)");
      Sql.run(there, "INSERT INTO digest.t (id) VALUES (20)");
      assertThat(TableDigester.digest(recent, TABLE)).isEqualTo(TableDigester.digest(old, TABLE));
      assertThat(TableDigester.digest(old, TABLE).rows()).isEqualTo(21);
    } finally {
      old.closeAll();
      recent.closeAll();
    }
  }

  @Test
  void aVectorHasADigest() throws SQLException {
    Connector connector = server(MySqlVersion.V9_7, List.of("id int", "v vector(3)"));
    try (Connection session = connector.open("test")) {
      Sql.run(session, "INSERT INTO digest.t VALUES (1, TO_VECTOR('[1,2,3]'))");
      TableDigest one = TableDigester.digest(connector, TABLE);
      Sql.run(session, "UPDATE digest.t SET v = TO_VECTOR('[1,2,4]')");
      assertThat(TableDigester.digest(connector, TABLE)).isNotEqualTo(one);
    } finally {
      connector.closeAll();
    }
  }

  private static Connector server(MySqlVersion version, List<String> columns) throws SQLException {
    MySqlServer server = RunningServers.source(version);
    server.dropDatabase("digest");
    server.createDatabase("digest");
    server.execute("", "CREATE TABLE digest.t (" + String.join(", ", columns) + ")");
    return new Connector(server.endpoint(""), "test");
  }
}
