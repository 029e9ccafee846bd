// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The change feed of a MySQL or MariaDB source: reads its binary log as a replica would and gives
 * out the transactions in scope. Keeps nothing but what is on its way, so that a new one can take
 * over from any position that was given out. Owned by one thread.
 */
public final class BinlogFeed implements ChangeFeed {
  /** What may wait between the wire and the reader, in bytes. */
  private static final long BUFFER = 16L << 20;

  private static final Duration SILENCE = Duration.ofSeconds(30);

  /**
   * How long a server that was just reached may still be committing what it has already sent to us
   * (a semi-synchronous commit waits 10 s by default).
   */
  private static final Duration CATCH_UP = Duration.ofSeconds(30);

  private static final Duration AGAIN = Duration.ofMillis(200);
  private static final int LOG_READ_ERROR = 1236;

  private final Connector source;
  private final LogStream stream;
  private final EventQueue queue;
  private final TransactionReader reader;
  private Optional<PayloadEvents> payload = Optional.empty();

  private BinlogFeed(
      Connector source, LogStream stream, EventQueue queue, TransactionReader reader) {
    this.source = source;
    this.stream = stream;
    this.queue = queue;
    this.reader = reader;
  }

  /**
   * Opens the feed after {@code from}.
   *
   * @throws FramException LOG_LOST, SERVER_UNREACHABLE, PRIVILEGE_MISSING
   */
  public static BinlogFeed open(
      Connector source, BinlogPosition from, FeedScope scope, RandomGenerator random) {
    long serverId = checked(source, from, random);
    StreamRequest request = new StreamRequest(source.endpoint(), source.port(), serverId, from);
    try {
      LogStream stream = LogStream.open(request, new StreamBuffer(BUFFER, SILENCE));
      EventQueue queue = new EventQueue();
      TransactionReader reader = new TransactionReader(from, scope, queue, source.name());
      return new BinlogFeed(source, stream, queue, reader);
    } catch (StreamFailure failure) {
      throw translate(source, from, failure);
    }
  }

  @Override
  public Optional<FeedEvent> poll(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      Optional<FeedEvent> ready = queue.next();
      if (ready.isPresent()) {
        return ready;
      }
      Optional<LogEvent> event = unpacked();
      if (event.isEmpty()) {
        event = received(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      }
      if (event.isPresent()) {
        reader.take(event.get());
      } else if (payload.isEmpty() && System.nanoTime() - deadline >= 0) {
        return Optional.empty();
      }
    }
  }

  /** The source keeps its log by its own rules; nothing there waits for a confirmation. */
  @Override
  public void confirm(Position durable) {}

  @Override
  public void close() {
    stream.close();
    reader.close();
  }

  private Optional<LogEvent> unpacked() {
    Optional<LogEvent> event = payload.flatMap(reader::next);
    if (event.isEmpty()) {
      payload = Optional.empty();
    }
    return event;
  }

  private Optional<LogEvent> received(Duration wait) {
    try {
      Optional<LogEvent> event = stream.poll(wait);
      if (event.filter(e -> e.type() == EventCode.TRANSACTION_PAYLOAD).isPresent()) {
        payload = event.map(reader::unpack);
        return Optional.empty();
      }
      return event;
    } catch (StreamFailure failure) {
      throw translate(source, reader.reached(), failure);
    }
  }

  /** Whether the feed can begin there, and the number to appear under. */
  private static long checked(Connector source, BinlogPosition from, RandomGenerator random) {
    Connection connection = source.open("feed");
    try {
      long deadline = System.nanoTime() + CATCH_UP.toNanos();
      while (behind(connection, from) && System.nanoTime() - deadline < 0) {
        Pause.of(AGAIN);
      }
      SourceLog.verify(connection, source.name(), from);
      return SourceLog.unusedServerId(connection, random);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "opening the feed");
    } finally {
      Connector.abort(connection);
    }
  }

  private static boolean behind(Connection connection, BinlogPosition from) throws SQLException {
    return from instanceof BinlogPosition.Gtids
        && SourceLog.hasGtids(connection)
        && !SourceLog.position(connection).covers(from);
  }

  private static FramException translate(
      Connector source, BinlogPosition from, StreamFailure failure) {
    String seen = source.name() + ": reading the binary log failed: " + failure.text();
    return switch (failure.kind()) {
      case UNREACHABLE ->
          new FramException(
              ErrorCode.SERVER_UNREACHABLE,
              seen + ".",
              "Check host, port, firewall and that the server runs.",
              failure);
      case TLS ->
          new FramException(
              ErrorCode.SERVER_SETTING,
              source.name() + ": no encrypted connection could be agreed on for the binary log.",
              "Check ssl-mode and ssl-ca in the URI and the server's certificate.",
              failure);
      case LOST ->
          new FramException(
              ErrorCode.CONNECTION_LOST,
              seen + ".",
              "Run the same command again to go on.",
              failure);
      case UNREADABLE ->
          new FramException(
              ErrorCode.FEED_INVALID,
              seen + ".",
              "Report this with the source's exact version; the source is unharmed.",
              failure);
      case REFUSED -> refused(source, from, failure);
    };
  }

  /**
   * One number stands for all the reasons a server has for not sending its log, so the server is
   * asked: what is purged is lost; anything else (another replica under our number, a killed
   * session) a new connection may mend.
   */
  private static FramException refused(
      Connector source, BinlogPosition from, StreamFailure failure) {
    SQLException said =
        new SQLException(failure.text(), failure.state(), failure.number(), failure);
    boolean plain = SqlErrors.code(said) != ErrorCode.INTERNAL;
    if (plain && failure.number() != LOG_READ_ERROR) {
      return SqlErrors.translate(said, source.name(), "reading the binary log");
    }
    Connection connection = source.open("feed");
    try {
      SourceLog.verify(connection, source.name(), from);
    } catch (FramException lost) {
      return lost;
    } catch (SQLException e) {
      return SqlErrors.translate(e, source.name(), "reading the binary log");
    } finally {
      Connector.abort(connection);
    }
    return new FramException(
        ErrorCode.CONNECTION_LOST,
        source.name() + ": the server stopped sending its binary log: " + failure.text() + ".",
        "Run the same command again to go on; if it happens again, look into the source's error"
            + " log.",
        failure);
  }
}
