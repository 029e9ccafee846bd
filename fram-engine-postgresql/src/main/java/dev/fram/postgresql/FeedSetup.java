// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.ReplicaIdentity;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.Publication;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Publication, slot and barrier, in the only order that loses nothing (ALGORITHMS A3): a slot made
 * before its publication cannot decode what lies between, and a snapshot taken before the barrier
 * may miss a transaction that the slot does not have either. One call, one thread.
 */
final class FeedSetup {
  private final Connector source;
  private final FeedName name;
  private final Catalog catalog;
  private final Consumer<String> progress;

  FeedSetup(Connector source, FeedName name, Catalog catalog, Consumer<String> progress) {
    this.source = source;
    this.name = name;
    this.catalog = catalog;
    this.progress = progress;
  }

  Lsn prepare(List<Table> tables, Optional<Lsn> recorded) {
    Connection connection = source.open("feed setup");
    try {
      // A standby that does not answer must not hold Fram up: nothing here has to survive a
      // failover.
      Sql.run(connection, "SET synchronous_commit = local");
      List<TableId> followed =
          tables.stream()
              .filter(table -> table.transfer() == Table.Transfer.COPY_AND_FOLLOW)
              .map(Table::id)
              .sorted()
              .toList();
      requireIdentities(connection, followed);
      ReplicationSlot slot = new ReplicationSlot(source, name);
      Publication publication = new Publication(name);
      if (recorded.isPresent()) {
        slot.verify(connection, recorded.get());
        requireUntouched(publication.fault(connection));
      } else {
        // Without a recorded position they are from a run that died before anything was copied.
        slot.drop(connection);
        publication.drop(connection);
      }
      boolean changed = publication.publish(connection, followed);
      Lsn from = recorded.isPresent() ? recorded.get() : slot.create(connection, progress);
      if (changed || recorded.isEmpty()) {
        XidBarrier.await(connection, progress);
      }
      return from;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "preparing the feed");
    } finally {
      Connector.abort(connection);
    }
  }

  private void requireUntouched(Optional<String> fault) {
    if (fault.isPresent()) {
      throw lost(source.name(), fault.get());
    }
  }

  /** What a publication's {@linkplain Publication#fault fault} means for the run. */
  static FramException lost(String server, String fault) {
    return new FramException(
        ErrorCode.LOG_LOST,
        server + ": " + fault + ".",
        "Run fram cancel and begin again, and leave the publication to Fram.");
  }

  // Published without an identity, a table's UPDATE and DELETE fail for the application itself.
  private void requireIdentities(Connection connection, List<TableId> followed)
      throws SQLException {
    Map<TableId, ReplicaIdentity> identities = catalog.identities(connection);
    List<TableId> without =
        followed.stream()
            .filter(id -> identities.containsKey(id) && !identities.get(id).usable())
            .toList();
    if (!without.isEmpty()) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          source.name() + ": tables without a usable replica identity: " + without + ".",
          "Add a primary key, or agree to whole old rows in the log (--replica-identity-full), or"
              + " have them copied while writes are blocked (--copy-at-cutover), or exclude them.");
    }
  }
}
