// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaInPlace;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.gate.HandOverRegister;
import java.util.List;
import java.util.function.Supplier;

/**
 * The schema on the way back. The old server has all of it, with its triggers and keys: only what
 * moves on without the log is brought back, which is where the sequences stand. Usable from any
 * thread.
 */
public final class ReturnTransfer implements SchemaInPlace, AutoCloseable {
  private final MigrationId id;
  private final Supplier<List<TableId>> sequences;
  private final SharedSession served;
  private final SharedSession former;

  /**
   * @param served the new server
   * @param former the old one
   * @param sequences those that came with the schema
   */
  public ReturnTransfer(
      Connector served, Connector former, MigrationId id, Supplier<List<TableId>> sequences) {
    this.id = id;
    this.sequences = sequences;
    this.served = new SharedSession(served, "schema back");
    this.former = new SharedSession(former, "schema back");
  }

  @Override
  public void prepareFinish(long epoch) {
    // Read now, because it may take a while, and kept.
    List<TableId> unused = sequences.get();
    requireNoLargeObjects();
  }

  /**
   * In a transaction of the old server that keeps a later run from opening it meanwhile: a sequence
   * that is set after it serves would hand out a number twice.
   */
  @Override
  public void finish(long epoch) {
    requireNoLargeObjects();
    served.read(
        "reading the sequences",
        from ->
            former.write(
                "setting the sequences",
                to -> {
                  new HandOverRegister(id).requireHandedOver(to, epoch);
                  return Sequences.transfer(from, to, sequences.get());
                }));
  }

  @Override
  public List<String> afterOpening(long epoch) {
    return List.of();
  }

  @Override
  public void close() {
    served.close();
    former.close();
  }

  /** They are not in the log. */
  private void requireNoLargeObjects() {
    long objects =
        served.read(
            "counting large objects",
            c -> Sql.number(c, "SELECT count(*) FROM pg_largeobject_metadata"));
    if (objects > 0) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          served.name()
              + " holds "
              + objects
              + " large objects, which do not come back by the log.",
          "Bring them back by hand and remove them there, then roll back.");
    }
  }
}
