// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.mysql.connection.Connector;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether Fram's login on the target is one on the source, too, with the same password and enough
 * rights: once the clone is there, the source's accounts are the target's only ones.
 */
final class CloneLogin {
  private final Question question;
  private final Servers servers;

  /**
   * @param question whose findings these are
   */
  CloneLogin(Question question, Servers servers) {
    this.question = question;
    this.servers = servers;
  }

  List<Finding> ask() throws SQLException {
    Connector connector =
        new Connector(
            login(servers.source().connector().endpoint(), servers.target().connector().endpoint()),
            "the target's login at the source");
    try {
      return rights(new Server(connector));
    } catch (FramException e) {
      if (e.code() != ErrorCode.AUTHENTICATION_FAILED) {
        throw e;
      }
      String user = servers.target().login();
      return question.fail(
          servers.source().name()
              + ": Fram's login on the target, "
              + user
              + ", cannot log in here. The clone replaces the target's accounts by the source's, and"
              + " Fram would be locked out.",
          "Name in --target a login that exists on the source with the same password, and give it the"
              + " rights there that it needs on the target (docs/guide/clone.md).");
    } finally {
      connector.closeAll();
    }
  }

  private static Endpoint login(Endpoint source, Endpoint target) {
    return new Endpoint(
        source.scheme(),
        source.host(),
        source.port(),
        target.user(),
        source.database(),
        source.parameters(),
        target.password(),
        source.reach());
  }

  private List<Finding> rights(Server twin) throws SQLException {
    List<Finding> found = new ArrayList<>();
    List<String> lacking = new ArrayList<>();
    ReplicaCheck.missing(
        twin,
        lacking,
        "CONNECTION_ADMIN",
        "SYSTEM_VARIABLES_ADMIN",
        "PERSIST_RO_VARIABLES_ADMIN",
        "CREATE USER",
        "XA_RECOVER_ADMIN");
    if (!lacking.isEmpty()) {
      found.addAll(Missing.findings(question, twin, lacking, ""));
    }
    Set<SchemaOption> options =
        Arrays.stream(SchemaOption.values()).filter(servers::asked).collect(Collectors.toSet());
    Servers later =
        new Servers(servers.source(), twin, servers.catalog(), options, servers.spared());
    new TargetPrivilegesCheck()
        .ask(later).stream()
            .filter(f -> f.severity() == Severity.FAIL)
            .forEach(f -> found.addAll(question.fail(f.seen(), f.remedy())));
    return found;
  }
}
