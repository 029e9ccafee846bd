// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.SchemaInPlace;
import java.util.List;

/** The old server has its schema: only what moves on is brought back. */
final class MemoryReturnSchema implements SchemaInPlace {
  private final MemorySource old;
  private final MemoryProcess process;

  MemoryReturnSchema(MemorySource old, MemoryProcess process) {
    this.old = old;
    this.process = process;
  }

  @Override
  public void prepareFinish(long epoch) {
    process.at("return.prepareFinish");
  }

  @Override
  public void finish(long epoch) {
    process.durable("return.finish", () -> old.finishBack(epoch));
  }

  @Override
  public List<String> afterOpening(long epoch) {
    return List.of();
  }
}
