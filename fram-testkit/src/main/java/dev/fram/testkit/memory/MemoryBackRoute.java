// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.engine.Source;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import java.util.List;

/** The way back: the target is its source. Holds no session of its own. */
final class MemoryBackRoute implements Route {
  private final MemorySource old;
  private final MemoryTarget served;
  private final MemoryProcess process;
  private final MigrationId id;

  MemoryBackRoute(MemorySource old, MemoryTarget served, MemoryProcess process, MigrationId id) {
    this.old = old;
    this.served = served;
    this.process = process;
    this.id = id;
  }

  @Override
  public Source source() {
    return new MemorySourcePort(
        served.server(), MemoryRoute.TARGET, old.reverse()::position, process);
  }

  @Override
  public Target target() {
    return new MemoryFormerSource(old, served, process);
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
            return "way-back";
          }

          @Override
          public List<Finding> run() {
            return served.obstacles().stream()
                .map(why -> Finding.fail(code(), why, "Settle it."))
                .toList();
          }
        });
  }

  @Override
  public SchemaTransfer schema() {
    return new MemoryReturnSchema(old, process);
  }

  @Override
  public ChunkCopier copier(long epoch) {
    throw nothingCopied();
  }

  @Override
  public Applier applier(long epoch, TouchedRows touched) {
    process.at("reverse.open");
    return new MemoryReverseApplier(old, process, epoch, touched);
  }

  @Override
  public Repairer repairer(long epoch) {
    throw nothingCopied();
  }

  @Override
  public void startAt(long epoch, Position from) {
    process.durable("reverse.startAt", () -> old.reverse().start(epoch, from));
  }

  @Override
  public void close() {}

  private static FramException nothingCopied() {
    return new FramException(ErrorCode.UNSUPPORTED, "Nothing is copied on the way back.", "");
  }
}
