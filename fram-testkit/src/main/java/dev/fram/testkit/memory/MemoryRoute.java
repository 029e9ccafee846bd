// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.engine.Source;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.ServerInfo;
import java.util.List;
import java.util.Optional;

/** Hands out the parts; holds no session of its own. */
final class MemoryRoute implements Route {
  static final ServerInfo SOURCE =
      new ServerInfo("source:1/shop", "Memory", "1", 1, "memory-source");
  static final ServerInfo TARGET =
      new ServerInfo("target:2/shop", "Memory", "1", 1, "memory-target");

  private final MemorySource source;
  private final MemoryTarget target;
  private final MemoryProcess process;
  private final MigrationId id;
  private final DdlPolicy policy;

  MemoryRoute(
      MemorySource source,
      MemoryTarget target,
      MemoryProcess process,
      MigrationId id,
      DdlPolicy policy) {
    this.source = source;
    this.target = target;
    this.process = process;
    this.id = id;
    this.policy = policy;
  }

  @Override
  public Source source() {
    return new MemorySourcePort(
        source, SOURCE, () -> target.state().flatMap(s -> s.position), process);
  }

  @Override
  public Target target() {
    return new MemoryTargetPort(source, target, process);
  }

  @Override
  public MigrationId id() {
    return id;
  }

  @Override
  public List<Check> checks() {
    return List.of(
        new Check() {
          @Override
          public String code() {
            return "reachable";
          }

          @Override
          public List<Finding> run() {
            return List.of(Finding.pass("reachable", "Both servers answer."));
          }
        });
  }

  @Override
  public SchemaTransfer schema() {
    return new MemorySchema(source, target, process);
  }

  @Override
  public ChunkCopier copier(long epoch) {
    process.at("copier.open");
    return new MemoryCopier(source, target, process, epoch);
  }

  @Override
  public Applier applier(long epoch, TouchedRows touched) {
    process.at("applier.open");
    return new MemoryApplier(source, target, process, epoch, policy, touched);
  }

  @Override
  public Repairer repairer(long epoch) {
    process.at("repairer.open");
    return new MemoryRepairer(target, process, epoch);
  }

  @Override
  public void startAt(long epoch, Position from) {
    process.durable(
        "route.startAt",
        () -> {
          synchronized (target) {
            target.fenced(epoch).position = Optional.of(from);
          }
        });
  }

  /** Where the fuzzy kind is meant, nothing comes back. */
  @Override
  public Optional<Route> back() {
    return switch (source.style()) {
      case EXACT -> Optional.of(new MemoryBackRoute(source, target, process, id));
      case FUZZY -> Optional.empty();
    };
  }

  @Override
  public void close() {}
}
