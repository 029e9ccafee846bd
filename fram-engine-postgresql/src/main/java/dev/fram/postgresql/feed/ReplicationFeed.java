// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SqlErrors;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feed of one slot over a replication session of its own; owned by one thread. It knows where
 * transactions begin and end and nothing of rows: a row's message goes through as it came.
 *
 * <p>The server sends a table's layout once a session, before the table's first row. A feed is
 * therefore never re-opened under an applier: feed, backlog and applier are always made anew
 * together, and the applier learns every layout from this session's SchemaChange events.
 *
 * <p>The driver must never confirm by itself: it would confirm keepalive positions inside a
 * transaction that is still on its way (ALGORITHMS §1). Only {@link #confirm} moves the flushed
 * position.
 */
public final class ReplicationFeed implements ChangeFeed {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicationFeed.class);

  /**
   * How often the driver reports by itself, and also its socket timeout: a server that stops in the
   * middle of a message for longer is taken as gone.
   */
  private static final int STATUS_SECONDS = 10;

  /**
   * How often a feed without data reports. The driver looks for data in a way that does not notice
   * when the server has closed the connection; only writing does. More often where the server's
   * wal_sender_timeout is short.
   */
  private static final long REPORT_MILLIS = 1_000;

  /** Longest pause between two looks for data; one look itself waits a millisecond. */
  private static final long MAX_PAUSE_NANOS = 5_000_000;

  private final Connector source;
  private final Connection connection;
  private final PGReplicationStream stream;
  private final Transactions transactions;
  private final long reportNanos;
  private Lsn confirmed;
  private long reportedAt = System.nanoTime();

  private ReplicationFeed(
      Connector source,
      Connection connection,
      PGReplicationStream stream,
      Transactions fresh,
      long reportNanos) {
    this.source = source;
    this.reportNanos = reportNanos;
    this.connection = connection;
    this.stream = stream;
    this.transactions = fresh;
    this.confirmed = new Lsn(0);
  }

  /**
   * Opens the feed after {@code from}.
   *
   * @param identity the server that the slot was made on, {@code systemid/timeline} as {@code
   *     IDENTIFY_SYSTEM} tells them; empty to accept any
   * @param order told which tables each transaction writes to
   * @throws FramException LOG_LOST when there is no slot any more or the server dropped its log,
   *     RESOURCE_EXHAUSTED while another session holds it, FEED_INVALID on another server
   */
  public static ReplicationFeed open(
      Connector source, FeedName name, Lsn from, Optional<String> identity, TouchOrder order) {
    return open(source, name, name, from, identity, order);
  }

  /**
   * The same where slot and publication have names of their own.
   *
   * @param name the slot's
   * @param publication the publication's
   */
  public static ReplicationFeed open(
      Connector source,
      FeedName name,
      FeedName publication,
      Lsn from,
      Optional<String> identity,
      TouchOrder order) {
    Connection connection = source.openReplication("feed");
    try {
      verifyIdentity(source, connection, identity);
      verifyNotConfirmed(source, connection, name.text(), from);
      XidWidener widener = new XidWidener(nextXid(connection));
      long report = reportNanos(connection);
      PGReplicationStream stream = start(connection, name, publication, from);
      return new ReplicationFeed(
          source, connection, stream, new Transactions(from, widener, order), report);
    } catch (SQLException e) {
      closeQuietly(connection);
      throw failed(source, e, "opening the feed");
    } catch (RuntimeException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  @Override
  public Optional<FeedEvent> poll(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    long pause = 0;
    try {
      while (true) {
        Optional<FeedEvent> held = transactions.next();
        if (held.isPresent()) {
          return held;
        }
        ByteBuffer message = stream.readPending();
        if (message != null) {
          pause = 0;
          transactions.take(bytes(message));
          continue;
        }
        reportNowAndThen();
        Optional<FeedEvent> idle = transactions.idle(stream.getLastReceiveLSN().asLong());
        if (idle.isPresent()) {
          return idle;
        }
        if (System.nanoTime() - deadline >= 0) {
          return Optional.empty();
        }
        LockSupport.parkNanos(pause);
        pause = Math.min(MAX_PAUSE_NANOS, pause + 500_000);
      }
    } catch (SQLException e) {
      throw failed(source, e, "reading the feed");
    }
  }

  @Override
  public void confirm(Position durable) {
    if (!(durable instanceof Lsn lsn)) {
      throw new IllegalArgumentException("not a position of PostgreSQL: " + durable.text());
    }
    if (lsn.compareTo(transactions.boundary()) > 0) {
      throw new FramException(
          ErrorCode.INTERNAL,
          "Position "
              + lsn
              + " was to be confirmed, but the feed has delivered whole transactions"
              + " only up to "
              + transactions.boundary()
              + ".",
          "Report this; nothing was confirmed.");
    }
    if (lsn.compareTo(confirmed) <= 0) {
      return;
    }
    confirmed = lsn;
    LogSequenceNumber number = LogSequenceNumber.valueOf(lsn.value());
    stream.setFlushedLSN(number);
    stream.setAppliedLSN(number);
    try {
      stream.forceUpdateStatus();
    } catch (SQLException e) {
      throw failed(source, e, "confirming a position");
    }
  }

  @Override
  public void keepAlive() {
    try {
      reportNowAndThen();
    } catch (SQLException e) {
      throw failed(source, e, "reporting to the source");
    }
  }

  /**
   * Ends the session at once. Ending the stream in the protocol's way would first read all that the
   * server still has to send of the current transaction.
   */
  @Override
  public void close() {
    closeQuietly(connection);
  }

  private void reportNowAndThen() throws SQLException {
    verifyOpen();
    if (System.nanoTime() - reportedAt > reportNanos) {
      reportedAt = System.nanoTime();
      stream.forceUpdateStatus();
    }
  }

  private void verifyOpen() {
    if (stream.isClosed()) {
      throw new FramException(
          ErrorCode.CONNECTION_LOST,
          source.name() + ": the server ended the feed at " + transactions.boundary() + ".",
          "Run the same command again to go on.");
    }
  }

  private static byte[] bytes(ByteBuffer message) {
    byte[] copy = new byte[message.remaining()];
    message.get(copy);
    return copy;
  }

  private static PGReplicationStream start(
      Connection connection, FeedName name, FeedName publication, Lsn from) throws SQLException {
    ChainedLogicalStreamBuilder builder =
        connection
            .unwrap(PGConnection.class)
            .getReplicationAPI()
            .replicationStream()
            .logical()
            .withSlotName(name.text())
            .withStartPosition(LogSequenceNumber.valueOf(from.value()))
            .withAutomaticFlush(false)
            .withStatusInterval(STATUS_SECONDS, TimeUnit.SECONDS)
            .withSlotOption("proto_version", 1)
            .withSlotOption("publication_names", publication.text());
    if (connection.getMetaData().getDatabaseMajorVersion() >= 14) {
      // Fram's own marks in the log: a transaction with nothing but a mark is sent only with this.
      builder = builder.withSlotOption("messages", "true").withSlotOption("binary", "false");
    }
    return builder.start();
  }

  private static void verifyIdentity(
      Connector source, Connection connection, Optional<String> identity) throws SQLException {
    if (identity.isEmpty()) {
      return;
    }
    try (Statement statement = connection.createStatement();
        ResultSet system = statement.executeQuery("IDENTIFY_SYSTEM")) {
      system.next();
      String seen = system.getString("systemid") + "/" + system.getString("timeline");
      if (!seen.equals(identity.get())) {
        throw new FramException(
            ErrorCode.FEED_INVALID,
            source.name()
                + " is server "
                + seen
                + " (system identifier/timeline), but the"
                + " migration began on "
                + identity.get()
                + ".",
            "After a failover of the source changes may be missing: start a new migration.");
      }
    }
  }

  /**
   * The server would begin where it was confirmed to, without a word. Nothing is confirmed before
   * it is durable on the target: if the target stands earlier, it went back in time.
   */
  private static void verifyNotConfirmed(
      Connector source, Connection connection, String slot, Lsn from) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT confirmed_flush_lsn::text FROM pg_catalog.pg_replication_slots"
                    + " WHERE confirmed_flush_lsn IS NOT NULL AND slot_name = "
                    + Quoting.literal(slot))) {
      if (row.next() && !from.covers(Lsn.parse(row.getString(1)))) {
        throw new FramException(
            ErrorCode.LOG_LOST,
            source.name()
                + ": replication slot "
                + slot
                + " was confirmed up to "
                + row.getString(1)
                + ", but the target stands at "
                + from
                + ".",
            "The target was restored or failed over to a standby that lagged: changes are missing"
                + " that no other place has. Run fram cancel and begin again.");
      }
    }
  }

  /** The xid that is assigned next: everything in the slot's log is less than 2^31 behind it. */
  private static long nextXid(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text")) {
      row.next();
      return Long.parseLong(row.getString(1));
    }
  }

  /** A client that is silent for wal_sender_timeout is taken as gone; 0 switches that off. */
  private static long reportNanos(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT setting::bigint FROM pg_catalog.pg_settings"
                    + " WHERE name = 'wal_sender_timeout'")) {
      row.next();
      long timeout = row.getLong(1);
      long millis = timeout == 0 ? REPORT_MILLIS : Math.min(REPORT_MILLIS, timeout / 4);
      return TimeUnit.MILLISECONDS.toNanos(millis);
    }
  }

  private static FramException failed(Connector source, SQLException e, String doing) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return switch (state) {
      // No such slot or publication; slot invalidated (55000); its log files removed (58P01).
      case "42704", "55000", "58P01" ->
          new FramException(
              ErrorCode.LOG_LOST,
              source.name() + ": " + doing + " failed: " + SqlErrors.message(e) + ".",
              "What the slot kept is gone, so changes are missing: start a new migration"
                  + " (max_slot_wal_keep_size may have been too small).",
              e);
      default -> SqlErrors.translate(e, source.name(), doing);
    };
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("The feed's session could not be ended: {}", SqlErrors.message(e));
    }
  }
}
