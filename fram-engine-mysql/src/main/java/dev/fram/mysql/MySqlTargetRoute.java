// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetRoute;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.journal.MySqlJournal;
import java.util.Optional;

/** The target without its source. Usable from any thread. */
final class MySqlTargetRoute implements TargetRoute {
  private final Connector server;
  private final MySqlTarget target;

  private MySqlTargetRoute(Connector server, RouteRequest request) {
    this.server = server;
    Catalog catalog =
        new Catalog(request.scope(), new Connector(request.source(), "source").databases());
    this.target = new MySqlTarget(server, new MySqlJournal(server), catalog, Optional.empty());
  }

  static MySqlTargetRoute open(RouteRequest request) {
    Connector server = new Connector(request.target(), "target");
    try {
      return new MySqlTargetRoute(server, request);
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
    server.closeAll();
  }
}
