// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.engine.ServerCopy;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.engine.Ways;
import dev.fram.postgresql.feed.Lsn;
import java.util.Optional;
import java.util.Set;

/** PostgreSQL 13 to 18. Stateless. */
public final class PostgresEngine implements Engine {
  @Override
  public String name() {
    return "postgresql";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("postgresql", "postgres");
  }

  @Override
  public Position position(String text) {
    return Lsn.parse(text);
  }

  @Override
  public Route open(RouteRequest request) {
    return PostgresRoute.open(request);
  }

  @Override
  public Optional<ServerCopy> serverCopy(RouteRequest request) {
    request.requireCloneOf(Optional.of(ServerClone.Kind.BASE_BACKUP));
    return request.serverClone().map(wish -> BaseFeed.copy(request));
  }

  @Override
  public Ways ways(RouteRequest request, NativeFeed replica) {
    return PostgresWays.of(request, replica);
  }

  @Override
  public TargetRoute openTarget(RouteRequest request) {
    return PostgresTargetRoute.open(request);
  }
}
