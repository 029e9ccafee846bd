// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.function.Consumer;

/** Tables and two pretended indexes each; what was built is remembered by name. */
final class MemorySchema implements SchemaTransfer {
  /** What {@code finish} leaves behind; no change may be applied while it is there. */
  static final String TRIGGERS = "triggers";

  private final MemorySource source;
  private final MemoryTarget target;
  private final MemoryProcess process;

  MemorySchema(MemorySource source, MemoryTarget target, MemoryProcess process) {
    this.source = source;
    this.target = target;
    this.process = process;
  }

  @Override
  public void createTables(long epoch, Consumer<String> progress) {
    process.durable(
        "schema.createTables",
        () -> {
          synchronized (target) {
            target.fenced(epoch);
            target.close();
            source.tables().stream().map(Table::id).forEach(target::content);
          }
        });
  }

  @Override
  public List<IndexJob> indexes(TableId table) {
    process.at("schema.indexes");
    return List.of(
        new IndexJob(table, table.name() + "_pkey", "p"),
        new IndexJob(table, table.name() + "_value", "v"));
  }

  @Override
  public void build(IndexJob job) {
    process.durable("schema.build", () -> remember(job.table() + "/" + job.name()));
  }

  @Override
  public void finishIndexes(long epoch) {
    process.durable("schema.finishIndexes", () -> remember("finish-indexes"));
  }

  @Override
  public void analyze(TableId table) {
    process.at("schema.analyze");
  }

  @Override
  public void addConstraints(long epoch, Consumer<String> progress) {
    process.durable("schema.addConstraints", () -> remember("constraints"));
  }

  @Override
  public void prepareFinish(long epoch) {
    process.at("schema.prepareFinish");
  }

  @Override
  public void finish(long epoch) {
    process.durable("schema.finish", () -> remember(TRIGGERS));
  }

  @Override
  public void undoFinish(long epoch) {
    process.durable(
        "schema.undoFinish",
        () -> {
          synchronized (target) {
            target.built().remove(TRIGGERS);
          }
        });
  }

  @Override
  public List<String> afterOpening(long epoch) {
    process.at("schema.afterOpening");
    return List.of();
  }

  @Override
  public void drop(long epoch) {
    process.durable(
        "schema.drop", () -> source.tables().stream().map(Table::id).forEach(target::dropTable));
  }

  private void remember(String what) {
    synchronized (target) {
      target.built().add(what);
    }
  }
}
