// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.engine.Ways;
import dev.fram.mysql.binlog.BinlogPosition;
import java.util.Set;

/** MariaDB 10.6 and later: the same code, and what differs is asked of the server. Stateless. */
public final class MariaDbEngine implements Engine {
  @Override
  public String name() {
    return "mariadb";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("mariadb");
  }

  @Override
  public Position position(String text) {
    return BinlogPosition.parse(text);
  }

  @Override
  public Route open(RouteRequest request) {
    return MySqlRoute.open(request);
  }

  @Override
  public Ways ways(RouteRequest request, NativeFeed replica) {
    return MySqlWays.ofMariaDb(request, replica);
  }

  @Override
  public TargetRoute openTarget(RouteRequest request) {
    return MySqlTargetRoute.open(request);
  }
}
