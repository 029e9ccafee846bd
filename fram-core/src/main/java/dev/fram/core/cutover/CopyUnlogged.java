// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.core.run.RunParts;
import java.util.List;
import java.util.Optional;

/** Tables that are not followed are copied whole, now that nobody writes to them. */
final class CopyUnlogged implements CutoverStep {
  private final RunParts parts;
  private final Freeze freeze;
  private final List<Table> tables;
  private Optional<ChunkCopier> opened = Optional.empty();

  CopyUnlogged(RunParts parts, Freeze freeze, List<Table> tables) {
    this.parts = parts;
    this.freeze = freeze;
    this.tables = List.copyOf(tables);
  }

  @Override
  public String name() {
    return "copy-unlogged";
  }

  @Override
  public String plan() {
    long bytes = tables.stream().mapToLong(Table::bytes).sum();
    return "would copy "
        + tables.size()
        + " tables that are not followed, of "
        + bytes
        + " bytes whole";
  }

  /** Opens beforehand what copies. */
  void prepare() {
    if (opened.isEmpty() && !tables.isEmpty()) {
      ChunkCopier copier = parts.route().copier(parts.journal().epoch());
      opened = Optional.of(copier);
      copier.connect();
    }
  }

  /** Closes it. */
  void close() {
    opened.ifPresent(ChunkCopier::close);
    opened = Optional.empty();
  }

  @Override
  public void act() {
    prepare();
    try {
      opened.ifPresent(this::copy);
    } finally {
      close();
    }
  }

  private void copy(ChunkCopier copier) {
    for (Table table : tables) {
      if (freeze.left().isZero()) {
        throw new FramException(
            ErrorCode.CUTOVER_UNDONE,
            "Copying the tables that are not followed took longer than writes may be blocked.",
            "Raise the write-block budget, or exclude them.");
      }
      copier.copyWhole(table.id());
    }
  }
}
