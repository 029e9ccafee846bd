// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.Touches;
import dev.fram.postgresql.journal.PostgresJournal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies again what an applier has thrown away (ALGORITHMS D5), before the next applier is opened:
 * nothing is applied meanwhile, so the feed's position stays where it is. All missing chunks of a
 * table come from one snapshot; what lies between the position and that snapshot is in them
 * already, which their new fences tell. Owned by the thread that opens the applier.
 */
final class Recopy {
  private static final Logger LOG = LoggerFactory.getLogger(Recopy.class);
  private static final String STEP = "copy-again";

  private final PostgresSource source;
  private final PostgresJournal journal;
  private final Supplier<ChunkCopier> copiers;
  private final long epoch;
  private final Touches touches;

  Recopy(
      PostgresSource source,
      PostgresJournal journal,
      Supplier<ChunkCopier> copiers,
      long epoch,
      Touches touches) {
    this.source = source;
    this.journal = journal;
    this.copiers = copiers;
    this.epoch = epoch;
    this.touches = touches;
  }

  void run() {
    Map<TableId, List<Chunk>> missing = journal.missingChunks();
    if (missing.isEmpty()) {
      return;
    }
    // Guard G1 once more: whatever the feed has delivered must be visible to the new snapshots,
    // or it would be neither in them nor applied again. A commit that the log has may not be yet.
    source.awaitOpenTransactions(LOG::info);
    missing.forEach(this::again);
  }

  private void again(TableId table, List<Chunk> chunks) {
    LOG.warn("table {}: {} of {} chunks again", table, chunks.size(), chunks.getFirst().of());
    touches.all(table);
    long entry =
        journal.intent(epoch, STEP, table + ": " + chunks.size() + " of " + chunks.getFirst().of());
    long rows = copy(table, chunks);
    journal.outcome(epoch, entry, StepOutcome.DONE, rows + " rows");
    LOG.info("table {}: copied again, {} rows", table, rows);
  }

  /**
   * The snapshot's own mark has forced the log past it, so no crash of the source takes back what
   * it has seen (guard G2); a standby that takes over ends the migration, because the feed asks for
   * the server's identity.
   */
  private long copy(TableId table, List<Chunk> chunks) {
    Table known = new Table(table, -1, 0, Table.Transfer.COPY_AND_FOLLOW);
    long rows = 0;
    try (Snapshot snapshot = source.snapshot(List.of(known));
        ChunkCopier copier = copiers.get()) {
      requireDefinition(table, snapshot.fingerprint(table));
      for (Chunk chunk : chunks) {
        CopiedChunk copied = copier.copy(chunk, snapshot, bytes -> {});
        rows += copied.rows();
      }
    }
    return rows;
  }

  private void requireDefinition(TableId table, Fingerprint now) {
    Optional<Fingerprint> then =
        Optional.ofNullable(journal.tables().get(table)).flatMap(s -> s.fingerprint());
    if (then.filter(f -> !f.definition().equals(now.definition())).isPresent()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          "Source "
              + source.server().name()
              + ": table "
              + table
              + " has another definition than when it was copied.",
          "Undo the change, or run fram cancel and begin again.");
    }
  }
}
