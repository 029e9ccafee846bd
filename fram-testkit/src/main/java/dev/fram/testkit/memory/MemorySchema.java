// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Tables, two pretended indexes each and a unique one where there are tokens; what was built is
 * remembered by name.
 */
final class MemorySchema implements SchemaTransfer {
  /** What {@code finish} leaves behind; no change may be applied while it is there. */
  static final String TRIGGERS = "triggers";

  private static final String UNIQUE = "u";

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
            target.server().createLike(source);
          }
        });
  }

  @Override
  public List<IndexJob> indexes(TableId table) {
    process.at("schema.indexes");
    List<IndexJob> jobs = new ArrayList<>();
    jobs.add(new IndexJob(table, table.name() + "_pkey", "p"));
    jobs.add(new IndexJob(table, table.name() + "_value", "v"));
    if (Tokens.unique(table) && source.style() == MemoryStyle.EXACT) {
      jobs.add(new IndexJob(table, tokens(table), UNIQUE));
    }
    return jobs;
  }

  @Override
  public List<IndexJob> lateIndexes(TableId table) {
    process.at("schema.lateIndexes");
    return Tokens.unique(table) && source.style() == MemoryStyle.FUZZY
        ? List.of(new IndexJob(table, tokens(table), UNIQUE))
        : List.of();
  }

  static String tokens(TableId table) {
    return table.name() + "_token";
  }

  @Override
  public void build(IndexJob job) {
    if (!job.key().equals(UNIQUE)) {
      process.durable("schema.build", () -> remember(job.table() + "/" + job.name()));
      return;
    }
    process.onCrash(() -> target.buildEnds(job.table()));
    process.durable("schema.buildUnique", () -> unique(job));
  }

  /** Refuses duplicates as a server does; and tells when the moment is the wrong one. */
  private void unique(IndexJob job) {
    if (!target.buildBegins(job.table())) {
      source.violate("index " + job.name() + " was built while changes were applied");
    }
    try {
      LockSupport.parkNanos(1_000_000);
      synchronized (target) {
        boolean over =
            Optional.ofNullable(target.required().tables.get(job.table()))
                .flatMap(TableState::windowEnd)
                .filter(end -> !target.required().position.orElseThrow().covers(end))
                .isEmpty();
        if (!over) {
          source.violate("index " + job.name() + " was built within the fuzzy window");
        }
        if (Tokens.duplicates(target.content(job.table()))) {
          throw new FramException(
              ErrorCode.CONSTRAINT_DIVERGENCE, "index " + job.name() + " finds duplicates.", "");
        }
        remember(job.name());
      }
    } finally {
      target.buildEnds(job.table());
    }
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
