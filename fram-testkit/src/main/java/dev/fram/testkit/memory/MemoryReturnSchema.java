// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.function.Consumer;

/** The old server has its schema: only what moves on is brought back. */
final class MemoryReturnSchema implements SchemaTransfer {
  private final MemorySource old;
  private final MemoryProcess process;

  MemoryReturnSchema(MemorySource old, MemoryProcess process) {
    this.old = old;
    this.process = process;
  }

  @Override
  public void createTables(long epoch, Consumer<String> progress) {}

  @Override
  public List<IndexJob> indexes(TableId table) {
    return List.of();
  }

  @Override
  public void build(IndexJob job) {}

  @Override
  public void finishIndexes(long epoch) {}

  @Override
  public void analyze(TableId table) {}

  @Override
  public void addConstraints(long epoch, Consumer<String> progress) {}

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

  @Override
  public void drop(long epoch) {}
}
