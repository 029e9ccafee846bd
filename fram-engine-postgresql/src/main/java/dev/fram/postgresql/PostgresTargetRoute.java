// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.digest.Terms;
import dev.fram.postgresql.gate.TargetGuard;
import dev.fram.postgresql.journal.PostgresJournal;
import java.security.SecureRandom;
import java.util.Optional;

/** The target without its source. Usable from any thread. */
final class PostgresTargetRoute implements TargetRoute {
  private final Connector server;
  private final Terms terms;
  private final PostgresTarget target;

  private PostgresTargetRoute(Connector server, RouteRequest request) {
    this.server = server;
    this.terms = new Terms(new Connector(request.source(), "source"), server);
    PostgresJournal journal = new PostgresJournal(server);
    MigrationId id =
        journal
            .load()
            .map(MigrationRecord::id)
            .orElseGet(() -> MigrationId.random(new SecureRandom()));
    this.target =
        new PostgresTarget(
            server, journal, new TargetGuard(id), epoch -> {}, terms, Optional.empty());
  }

  static PostgresTargetRoute open(RouteRequest request) {
    Connector server = new Connector(request.target(), "target");
    try {
      return new PostgresTargetRoute(server, request);
    } catch (RuntimeException e) {
      server.closeAll();
      throw e;
    }
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public void close() {
    target.close();
    terms.close();
    server.closeAll();
  }
}
