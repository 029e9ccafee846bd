// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.replica.ConnectionText;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What --feed=native needs of two PostgreSQL servers, asked of real ones. */
class SubscriptionCheckTest {
  private static final String TRACES =
      "SELECT count(*)::text FROM (SELECT rolname FROM pg_roles WHERE rolname LIKE 'fram%'"
          + " UNION ALL SELECT subname FROM pg_subscription"
          + " UNION ALL SELECT roname FROM pg_replication_origin) x";

  @Test
  void administratorsMayAndALoginIsToldWhatItLacks() throws SQLException {
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start()) {
      assertThat(ask(admin(source), admin(target)))
          .allMatch(finding -> finding.severity() == Severity.PASS)
          .hasSize(1);
      for (PostgresServer server : List.of(source, target)) {
        server.execute("postgres", "CREATE ROLE weak LOGIN PASSWORD 'w'");
      }
      source.execute("postgres", "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC");
      source.execute("postgres", "GRANT CONNECT ON DATABASE postgres TO weak");
      String told = ask(weak(source, "source"), weak(target, "target")).toString();
      assertThat(told)
          .contains("Before PostgreSQL 16 only a superuser may make a role with REPLICATION")
          .contains("not everybody may connect")
          .contains("GRANT pg_create_subscription TO weak")
          .contains("no EXECUTE on pg_replication_origin_session_is_setup()");
      for (PostgresServer server : List.of(source, target)) {
        try (var session = server.connect("postgres");
            var rows = session.createStatement().executeQuery(TRACES)) {
          rows.next();
          assertThat(rows.getString(1)).isEqualTo("0");
        }
      }
    }
  }

  @Test
  void roomIsNeededOnBothSides() throws SQLException {
    try (PostgresServer source =
            PostgresServer.plan(PostgresVersion.V18)
                .setting("max_replication_slots", "1")
                .setting("max_wal_senders", "1")
                .start();
        PostgresServer target =
            PostgresServer.plan(PostgresVersion.V18)
                .setting("max_logical_replication_workers", "0")
                .setting("max_active_replication_origins", "0")
                .start()) {
      assertThat(ask(admin(source), admin(target)).toString())
          .contains("1 replication slots are free; two are needed")
          .contains("1 WAL senders are free; two are needed")
          .contains("no logical replication worker is free")
          .contains("max_active_replication_origins");
    }
  }

  /** The authority's file is on Fram's machine; encrypted it is all the same. */
  @Test
  void aCertificateThatNobodyLooksAtIsNamed() {
    Endpoint asked =
        new Endpoint(
            "postgresql", "db", 0, "u", "shop", Map.of("sslmode", "verify-full"), Optional.empty());
    assertThat(new SubscriptionCheck().certificate(asked)).hasSize(1);
    assertThat(new BaseBackupCheck(Optional.empty()).certificate(asked)).hasSize(1);
    assertThat(ConnectionText.of(asked, new Address("db", 5432)).encryption()).isEqualTo("require");
    Endpoint plain = new Endpoint("postgresql", "db", 0, "u", "shop", Map.of(), Optional.empty());
    assertThat(new SubscriptionCheck().certificate(plain)).isEmpty();
    assertThat(ConnectionText.of(plain, new Address("db", 5432)).encryption()).isEqualTo("prefer");
  }

  private static List<Finding> ask(Connector source, Connector target) {
    return PostgresChecks.of(
            source,
            target,
            new RouteRequest(source.endpoint(), target.endpoint(), Scope.all(), Set.of()),
            Set.of(PostgresChecks.About.SUBSCRIPTION))
        .stream()
        .map(Check::run)
        .flatMap(List::stream)
        .filter(finding -> finding.code().equals("native-subscription"))
        .toList();
  }

  private static Connector admin(PostgresServer server) {
    return new Connector(server.endpoint("postgres"), "server");
  }

  private static Connector weak(PostgresServer server, String role) {
    return new Connector(
        new Endpoint(
            "postgresql",
            server.host(),
            server.port(),
            "weak",
            "postgres",
            Map.of(),
            Optional.of(new Secret("w"))),
        role);
  }
}
