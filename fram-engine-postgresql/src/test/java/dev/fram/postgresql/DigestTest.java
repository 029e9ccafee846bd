// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Digests: equal for equal rows wherever they are, different for any other (ALGORITHMS D1). */
class DigestTest {
  private static final TableId TABLE = new TableId("public", "t");
  private static final String VALUES =
      """
      INSERT INTO t SELECT i, i / 3.0, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'é ' || i END,
        timestamptz '2026-01-01 00:00+00' + i * interval '1 minute', (i || '.5')::money,
        json_build_object('b', i, 'a', 1), ARRAY[i, NULL], decode(md5(i::text), 'hex')
      FROM generate_series(1, 500) i
      """;

  @Test
  void theSameRowsOnOldAndNewServersHaveTheSameDigest() throws SQLException {
    PostgresServer old = Servers.of(PostgresVersion.V15);
    PostgresServer recent = Servers.of(PostgresVersion.V18);
    try (RouteRig rig =
        new RouteRig(
            old,
            recent,
            "CREATE TABLE t (id int PRIMARY KEY, f float8, s text, at timestamptz, m money,"
                + " j json, a int[], b bytea);"
                + VALUES)) {
      RouteRig.run(
          rig.onTarget,
          "CREATE TABLE t (b bytea, a int[], j json, m money, at timestamptz, s text, f float8,"
              + " id int PRIMARY KEY);"
              + VALUES.replace("INSERT INTO t", "INSERT INTO t (id, f, s, at, m, j, a, b)"));
      TableDigest digest = rig.route.source().digest(TABLE);
      assertThat(digest.rows()).isEqualTo(500);
      assertThat(rig.route.target().digest(TABLE)).isEqualTo(digest);
      for (String change :
          new String[] {
            "UPDATE t SET s = '' WHERE id = 3", // was NULL
            "UPDATE t SET f = f + 1e-9 WHERE id = 4",
            "UPDATE t SET s = s || ' ' WHERE id = 5",
            "DELETE FROM t WHERE id = 6",
            "INSERT INTO t (id) VALUES (501)"
          }) {
        TableDigest before = rig.route.target().digest(TABLE);
        RouteRig.run(rig.onTarget, change);
        assertThat(rig.route.target().digest(TABLE)).as(change).isNotEqualTo(before);
      }
    }
  }

  @Test
  void anEmptyTableHasADigestToo() throws SQLException {
    PostgresServer server = Servers.of(PostgresVersion.V15);
    try (RouteRig rig = new RouteRig(server, server, "CREATE TABLE t (id int PRIMARY KEY)")) {
      Table table = rig.route.source().tables().getFirst();
      assertThat(rig.route.source().digest(table.id())).isEqualTo(new TableDigest(0, 0, 0));
    }
  }
}
