// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.model.TableId;
import dev.fram.mysql.RunningServers;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read behind the gate is what is there then, and nobody was held up before. */
@Timeout(300)
class StandingRowsTest {
  private static final TableId TABLE = new TableId("standing", "t");
  private static final TableId OTHER = new TableId("standing", "u");

  private static List<String> keys(DigestReader reader, TableId table, String... asked) {
    return reader.rows(table, List.of(asked)).stream().map(RowDigest::key).sorted().toList();
  }

  @ParameterizedTest
  @EnumSource
  void readsWhatIsThereWhenItIsAsked(MySqlVersion version) throws Exception {
    MySqlServer server = RunningServers.source(version);
    try (Connection connection = server.connect("")) {
      Sql.run(connection, "DROP DATABASE IF EXISTS standing");
      Sql.run(connection, "CREATE DATABASE standing");
      Sql.run(connection, "CREATE TABLE standing.t (id int PRIMARY KEY, v varchar(20))");
      Sql.run(connection, "CREATE TABLE standing.u (id int PRIMARY KEY, v varchar(20))");
      Sql.run(connection, "INSERT INTO standing.t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
      Sql.run(connection, "INSERT INTO standing.u VALUES (7, 'a')");
      Connector connector = new Connector(server.endpoint(""), "source");
      try (MySqlStandingRows rows = MySqlStandingRows.open(connector)) {
        Sql.run(connection, "SET SESSION lock_wait_timeout = 1");
        // No lock of the tables is left from looking at them.
        Sql.run(connection, "ALTER TABLE standing.t COMMENT = 'altered'");
        Sql.run(connection, "DELETE FROM standing.t WHERE id = 1");
        Sql.run(connection, "INSERT INTO standing.t VALUES (4, 'd')");
        DigestReader now = rows.now(List.of());
        assertThat(keys(now, TABLE, "1", "2", "4")).containsExactly("2", "4");
        assertThat(keys(now, OTHER, "7", "8")).containsExactly("7");
        List<RowDigest> before = now.rows(TABLE, List.of("2"));
        Sql.run(connection, "UPDATE standing.t SET v = 'x' WHERE id = 2");
        assertThat(now.rows(TABLE, List.of("2"))).isEqualTo(before);
        assertThat(rows.now(List.of()).rows(TABLE, List.of("2"))).isNotEqualTo(before);
      }
      Sql.run(connection, "DROP DATABASE standing");
    }
  }

  /** A schema change that the feed has brought is part of what is compared. */
  @ParameterizedTest
  @EnumSource
  void comparesAColumnThatCameMeanwhile(MySqlVersion version) throws Exception {
    MySqlServer server = RunningServers.source(version);
    try (Connection connection = server.connect("")) {
      Sql.run(connection, "DROP DATABASE IF EXISTS standing");
      Sql.run(connection, "CREATE DATABASE standing");
      Sql.run(connection, "CREATE TABLE standing.t (id int PRIMARY KEY)");
      Sql.run(connection, "INSERT INTO standing.t VALUES (1)");
      Connector connector = new Connector(server.endpoint(""), "source");
      try (MySqlStandingRows rows = MySqlStandingRows.open(connector)) {
        Sql.run(connection, "ALTER TABLE standing.t ADD w int DEFAULT 7");
        List<RowDigest> seven = rows.now(List.of()).rows(TABLE, List.of("1"));
        Sql.run(connection, "UPDATE standing.t SET w = 8");
        assertThat(rows.now(List.of()).rows(TABLE, List.of("1"))).isNotEqualTo(seven);
      }
      Sql.run(connection, "DROP DATABASE standing");
    }
  }
}
