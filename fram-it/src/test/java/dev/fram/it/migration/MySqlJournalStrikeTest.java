// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Strikes} between MySQL servers, and between MariaDB's, where they are asked for. */
@Timeout(3_600)
@EnabledIfSystemProperty(named = "fram.journal.step", matches = ".+")
class MySqlJournalStrikeTest {
  static final String TABLES =
      """
      CREATE DATABASE app;
      USE app;
      CREATE TABLE customer (id int PRIMARY KEY, name varchar(40)) ENGINE = InnoDB;
      CREATE TABLE item (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer int, token varchar(60) UNIQUE, body text,
        FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE) ENGINE = InnoDB;
      CREATE TABLE audit (n bigint AUTO_INCREMENT PRIMARY KEY, item bigint, KEY (item))
        ENGINE = InnoDB;
      CREATE TABLE coded (code varchar(60) NOT NULL UNIQUE, v int) ENGINE = InnoDB;
      CREATE TRIGGER note AFTER INSERT ON item FOR EACH ROW
        INSERT INTO audit (item) VALUES (NEW.id);
      INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');
      INSERT INTO coded VALUES ('k1', 1), ('k2', 2), ('k3', 3);
      """;

  /** Who looks, and stays when a server is closed. It is not Fram's own, which Fram counts. */
  static final String OBSERVER = "observer";

  private static final String PASSWORD = "for a test's own server";

  @ParameterizedTest
  @MethodSource("dev.fram.it.migration.Strikes#wanted")
  void nothingIsLostOnMySql(Strikes.Blow blow) throws Exception {
    strike(MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0), blow);
  }

  @ParameterizedTest
  @MethodSource("dev.fram.it.migration.Strikes#wanted")
  void nothingIsLostOnMariaDb(Strikes.Blow blow) throws Exception {
    strike(MySqlPair.of(MySqlVersion.MARIADB_11_4, MySqlVersion.MARIADB_11_4), blow);
  }

  /** Where the target is the source's replica, there and, after the rollback, there again. */
  @ParameterizedTest
  @CsvSource({"V8_0,KILL", "MARIADB_11_4,KILL", "V8_0,CUT_TARGET", "MARIADB_11_4,CUT_TARGET"})
  void nothingIsLostWithAReplica(MySqlVersion version, Strikes.Blow blow) throws Exception {
    strike(MySqlPair.of(version, version), blow, "--feed=native");
  }

  private static void strike(MySqlPair pair, Strikes.Blow blow, String... more) throws Exception {
    pair.fresh();
    pair.source().execute("", TABLES);
    observed(pair.source());
    observed(pair.target());
    try (Strikes strikes =
        new Strikes(
            new Strikes.Side(
                pair.sourceEndpoint("app"), login(pair.source()), observer(pair.source())),
            new Strikes.Side(
                pair.targetEndpoint("app"), login(pair.target()), observer(pair.target())),
            Stream.concat(Stream.of("--provider-account=" + OBSERVER + "@%"), Stream.of(more))
                .toArray(String[]::new))) {
      strikes.thereAndBack(blow, JournalStops::onMySql);
    }
  }

  static Login login(MySqlServer server) {
    return () -> MySqlPair.connect(server, "shop", "app");
  }

  static void observed(MySqlServer server) throws SQLException {
    server.execute(
        "",
        """
        CREATE USER IF NOT EXISTS %1$s@'%%' IDENTIFIED BY "%2$s";
        GRANT ALL ON *.* TO %1$s@'%%';
        """
            .formatted(OBSERVER, PASSWORD));
  }

  static Login observer(MySqlServer server) {
    return () -> DriverManager.getConnection(server.jdbcUrl(""), OBSERVER, PASSWORD);
  }
}
