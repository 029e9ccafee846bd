// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.StrayFeed;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.PostgresStrayFeed;
import dev.fram.postgresql.feed.Publication;
import dev.fram.postgresql.feed.ReplicationFeed;
import dev.fram.postgresql.feed.TouchOrder;
import dev.fram.postgresql.gate.HandOverRegister;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A slot for the writes that nobody was to make behind the hand-over. It begins as a copy of the
 * feed's own slot, so that nothing lies between the two, and it is another one all the same:
 * confirming what was read here can never cost the feed anything. Both read one publication, which
 * gets the marker's table. One call, one thread.
 */
final class StraySetup {
  private final Connector server;
  private final FeedName feed;
  private final FeedName name;

  StraySetup(Connector server, FeedName feed) {
    this.server = server;
    this.feed = feed;
    this.name = new FeedName(feed.id(), feed.text() + "_stray");
  }

  /** Takes no time: no transaction of anybody's is waited for. */
  void prepare(List<Table> tables) {
    Connection connection = server.open("strays");
    try {
      Sql.run(connection, "SET synchronous_commit = local");
      publish(connection, tables);
      if (!present(connection, name) && present(connection, feed)) {
        Sql.list(
            connection,
            "SELECT pg_copy_logical_replication_slot(?::name, ?::name)",
            row -> 0,
            feed.text(),
            name.text());
      }
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "preparing to look for stray writes");
    } finally {
      Connector.abort(connection);
    }
  }

  private void publish(Connection connection, List<Table> tables) throws SQLException {
    List<TableId> followed =
        new ArrayList<>(
            tables.stream()
                .filter(table -> table.transfer() == Table.Transfer.COPY_AND_FOLLOW)
                .map(Table::id)
                .toList());
    followed.add(PostgresStrayFeed.MARKER);
    new Publication(feed).publish(connection, followed);
  }

  /**
   * Where the feed's slot is gone already, one is made: that waits for open transactions, and what
   * was written before it is not seen.
   *
   * @param identity the server's
   */
  Optional<StrayFeed> open(List<Table> tables, String identity) {
    Connection connection = server.open("strays");
    Optional<Lsn> from;
    try {
      if (!present(connection, name)) {
        publish(connection, tables);
        new ReplicationSlot(server, name).create(connection, waiting -> {});
      }
      from = from(connection);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "preparing to look for stray writes");
    } finally {
      Connector.abort(connection);
    }
    return from.map(lsn ->
        new PostgresStrayFeed(
            ReplicationFeed.open(server, name, feed, lsn, Optional.of(identity), new TouchOrder()),
            feed.id()));
  }

  /** Behind the hand-over, and behind what was read already; empty where none has taken place. */
  private Optional<Lsn> from(Connection connection) throws SQLException {
    Lsn confirmed =
        Lsn.parse(
            Sql.text(
                connection,
                "SELECT coalesce(confirmed_flush_lsn, '0/0')::text FROM pg_replication_slots"
                    + " WHERE slot_name = ?",
                name.text()));
    return switch (new HandOverRegister(feed.id()).read(connection)) {
      case HandOver.HandedOver given -> {
        Lsn frozen = (Lsn) given.frozenAt();
        yield Optional.of(frozen.covers(confirmed) ? frozen : confirmed);
      }
      case HandOver.OwnerSource owner -> Optional.empty();
    };
  }

  /** Idempotent. The publication stays while the feed needs it. */
  void drop(Connection connection) throws SQLException {
    new ReplicationSlot(server, name).drop(connection);
    if (!present(connection, feed)) {
      new Publication(feed).drop(connection);
    }
  }

  /** Whether the publication is needed still when the feed's own slot is gone. */
  boolean looks(Connection connection) throws SQLException {
    return present(connection, name);
  }

  private static boolean present(Connection connection, FeedName slot) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?",
            slot.text())
        > 0;
  }
}
