// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Takes rows of a moment over into the target, all at once. */
final class MemoryRepairer implements Repairer {
  private final MemoryTarget target;
  private final MemoryProcess process;
  private final long epoch;

  MemoryRepairer(MemoryTarget target, MemoryProcess process, long epoch) {
    this.target = target;
    this.process = process;
    this.epoch = epoch;
  }

  @Override
  public void rows(SourceMoment source, TableId table, Collection<String> keys, Position at) {
    Map<Long, String> there = ((MemorySourceMoment) source).content(table);
    write(
        table,
        at,
        content -> {
          for (String key : keys) {
            Long number = Long.valueOf(key);
            content.remove(number);
            Optional.ofNullable(there.get(number)).ifPresent(row -> content.put(number, row));
          }
        });
  }

  @Override
  public void whole(SourceMoment source, TableId table, Position at) {
    Map<Long, String> there = ((MemorySourceMoment) source).content(table);
    write(
        table,
        at,
        content -> {
          content.clear();
          content.putAll(there);
        });
  }

  /** A change of a table's content. */
  private interface Change {
    void to(NavigableMap<Long, String> content);
  }

  private void write(TableId table, Position at, Change change) {
    process.durable(
        "repairer.commit",
        () -> {
          synchronized (target) {
            MemoryTarget.State state = target.fenced(epoch);
            if (!state.position.equals(Optional.of(at))) {
              throw new FramException(
                  ErrorCode.FENCED, "target: the position is not ours any more.", "");
            }
            NavigableMap<Long, String> content = new TreeMap<>(target.content(table));
            change.to(content);
            if (target.hasBuilt(MemorySchema.tokens(table)) && Tokens.duplicates(content)) {
              throw new FramException(
                  ErrorCode.CONSTRAINT_DIVERGENCE, "table " + table + ": a token twice.", "");
            }
            target.replace(Map.of(table, content));
          }
        });
  }

  @Override
  public void close() {}
}
