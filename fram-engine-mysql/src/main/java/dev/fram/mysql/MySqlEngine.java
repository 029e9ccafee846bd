// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.engine.ServerCopy;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.engine.Ways;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.clone.CloneCopy;
import java.util.Optional;
import java.util.Set;

/** MySQL 8.0 and later. Stateless. */
public final class MySqlEngine implements Engine {
  @Override
  public String name() {
    return "mysql";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("mysql");
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
  public Optional<ServerCopy> serverCopy(RouteRequest request) {
    request.requireCloneOf(Optional.of(ServerClone.Kind.CLONE));
    return request.serverClone().map(wish -> CloneCopy.of(request, wish));
  }

  @Override
  public Ways ways(RouteRequest request, NativeFeed replica) {
    return MySqlWays.ofMySql(request, replica);
  }

  @Override
  public TargetRoute openTarget(RouteRequest request) {
    return MySqlTargetRoute.open(request);
  }
}
