// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.TableId;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The target's rows and position as they were together. */
final class MemoryTargetMoment implements TargetMoment {
  private final MemoryProcess process;
  private final Reveal shown;
  private final Optional<Position> position;
  private final Map<TableId, Map<Long, String>> rows;

  MemoryTargetMoment(MemoryTarget target, MemoryProcess process, Reveal shown) {
    this.process = process;
    this.shown = shown;
    synchronized (target) {
      position = target.state().flatMap(state -> state.position);
      rows = new TreeMap<>();
      target.contents().forEach((table, content) -> rows.put(table, new TreeMap<>(content)));
    }
  }

  @Override
  public Optional<Position> position() {
    return position;
  }

  @Override
  public DigestReader digests() {
    return new MemoryDigests(process, this::content, shown);
  }

  /** The same of an old server, where the new one's writes arrive. */
  MemoryTargetMoment(MemorySource old, MemoryProcess process, Reveal shown) {
    this.process = process;
    this.shown = shown;
    synchronized (old) {
      position = old.reverse().position();
      rows = old.contents();
    }
  }

  private NavigableMap<Long, String> content(TableId table) {
    return new TreeMap<>(rows.getOrDefault(table, Map.of()));
  }

  @Override
  public void close() {}
}
