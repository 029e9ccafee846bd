// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.change.Position;
import dev.fram.api.engine.StrayFeed;
import dev.fram.api.model.MigrationId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.LogMark;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.journal.ReverseRecord;
import dev.fram.mysql.strays.MySqlStrayFeed;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where on the old server writes are looked for that nobody was to make. They begin behind what the
 * new server has, so that nothing lies between the two. Usable from any thread.
 */
final class StraySetup implements AutoCloseable {
  private final Connector old;
  private final MigrationId id;
  private final Supplier<Optional<Position>> brought;
  private final ReverseRecord record;
  private final SharedSession session;

  /**
   * @param brought how much of the old server's log the new one has
   */
  StraySetup(Connector old, MigrationId id, Supplier<Optional<Position>> brought) {
    this.old = old;
    this.id = id;
    this.brought = brought;
    this.record = new ReverseRecord(id);
    this.session = new SharedSession(old, "strays");
  }

  /** Does nothing where they are looked for already, or where nothing comes back. */
  void prepare() {
    brought.get().ifPresent(from -> begin((BinlogPosition) from));
  }

  /**
   * Where the server's log has gone from under it, it begins anew: what lies between is not seen.
   */
  Optional<StrayFeed> open(FollowedTables followed) {
    if (!session.read("looking for the way back", record::counts)) {
      return Optional.empty();
    }
    if (from().isEmpty()) {
      begin(session.read("reading the log's end", LogMark::of));
    }
    return from().map(from -> MySqlStrayFeed.open(old, id, followed, from, new SecureRandom()));
  }

  /** Idempotent; writes nothing where there is nothing. */
  void drop() {
    if (from().isPresent()) {
      session.write(
          "looking for stray writes no longer",
          c -> {
            record.dropStrays(c);
            return 0;
          });
    }
  }

  @Override
  public void close() {
    session.close();
  }

  private Optional<BinlogPosition> from() {
    return session.read("asking how far strays were looked for", record::strays);
  }

  private void begin(BinlogPosition from) {
    session.write(
        "beginning to look for stray writes",
        c -> {
          record.straysFrom(c, from);
          return 0;
        });
  }
}
