// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.model.Scope;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.gate.SparedAccounts;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What replication itself would refuse, and only after the copy. */
@Timeout(200)
class ReplicaCheckTest {
  private static final String REPLICA = "native-replica";
  private static final SparedAccounts NONE = SparedAccounts.named(List.of());
  private static MySqlServer source;
  private static MySqlServer target;

  @BeforeAll
  static void startServers() {
    source = MySqlServer.plan(MySqlVersion.V8_0).start();
    target = MySqlServer.plan(MySqlVersion.V8_0).start();
  }

  @AfterAll
  static void stopServers() {
    source.close();
    target.close();
  }

  /** Two servers cloned from one machine's image; replication would refuse them after the copy. */
  @Test
  void aTargetWithTheSourcesServerIdMayNotBeAReplica() throws SQLException {
    String own = target.value("", "SELECT @@global.server_id").orElseThrow();
    String other = source.value("", "SELECT @@global.server_id").orElseThrow();
    target.execute("", "SET GLOBAL server_id = " + other);
    try {
      assertThat(ask())
          .anyMatch(f ->
              f.severity() == Severity.FAIL
                  && f.seen().contains("server_id is " + other)
                  && f.remedy().contains("SET GLOBAL server_id"));
    } finally {
      target.execute("", "SET GLOBAL server_id = " + own);
    }
  }

  /** New sessions only (manual, ALTER INSTANCE RELOAD TLS). */
  @Test
  void aSourceThatEncryptsNothingHasNoReplicaThatMust() throws SQLException {
    source.execute(
        "", "SET GLOBAL tls_version = ''; ALTER INSTANCE RELOAD TLS NO ROLLBACK ON ERROR");
    try {
      assertThat(ask())
          .anyMatch(f ->
              f.severity() == Severity.FAIL
                  && f.seen().contains("encrypts no connection")
                  && f.remedy().contains("ssl-mode=DISABLED"));
    } finally {
      source.execute("", "SET GLOBAL tls_version = 'TLSv1.2,TLSv1.3'; ALTER INSTANCE RELOAD TLS");
    }
  }

  private static List<Finding> ask() {
    Connector from = new Connector(source.endpoint(""), "source");
    Connector to = new Connector(target.endpoint(""), "target");
    try {
      return MySqlChecks.ofReplica(from, to, Scope.all(), Set.of(), NONE).stream()
          .filter(check -> check.code().equals(REPLICA))
          .flatMap(check -> check.run().stream())
          .toList();
    } finally {
      from.closeAll();
      to.closeAll();
    }
  }
}
