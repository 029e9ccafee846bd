// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.engine.Way;
import dev.fram.api.engine.Ways;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** The engine as one process sees it: the same two servers, but sessions of its own. */
public final class MemoryEngine implements Engine {
  private final MemorySource source;
  private final MemoryTarget target;
  private final MemoryProcess process;

  public MemoryEngine(MemorySource source, MemoryTarget target, MemoryProcess process) {
    this.source = source;
    this.target = target;
    this.process = process;
  }

  /** Names the two servers. */
  public static RouteRequest request() {
    return new RouteRequest(
        Endpoint.parse("memory://fram@source:1/shop"),
        Endpoint.parse("memory://fram@target:2/shop"),
        Scope.all(),
        Set.of());
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Set<String> schemes() {
    return Set.of("memory");
  }

  @Override
  public Position position(String text) {
    return MemoryPosition.parse(text);
  }

  @Override
  public Route open(RouteRequest request) {
    process.at("engine.open");
    MigrationId id =
        target
            .state()
            .map(s -> s.record)
            .map(MigrationRecord::id)
            .orElseGet(() -> MigrationId.random(ThreadLocalRandom.current()));
    return new MemoryRoute(source, target, process, id, request.ddlPolicy());
  }

  @Override
  public Ways ways(RouteRequest request, NativeFeed replica) {
    Way.Advice advice = new Way.Advice("The one way that there is.", Map.of());
    return new Ways(
        List.of(new Way("own-feed", "In memory.", "", request, List.of(), advice)), List.of());
  }

  @Override
  public TargetRoute openTarget(RouteRequest request) {
    process.at("engine.openTarget");
    return new TargetRoute() {
      @Override
      public Target target() {
        return new MemoryTargetPort(source, target, process);
      }

      @Override
      public void close() {}
    };
  }
}
