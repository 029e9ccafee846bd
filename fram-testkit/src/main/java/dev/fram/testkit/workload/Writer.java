// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread of the application. It writes rows of its own, notes what was acknowledged, connects
 * again after an error, and never repeats what might have been done: a commit without an answer is
 * asked about first. Everything but {@link #abort} runs on its thread.
 */
final class Writer implements Runnable {
  /** Our own SQLSTATE: a row that had been acknowledged was not there. */
  static final String ROW_LOST = "FR404";

  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
  private static final long AFTER_ERROR_MILLIS = 20;
  private static final int LONGEST_HOLD_MILLIS = 200;

  private final WriterBook book;
  private final ConnectionProvider provider;
  private final WorkloadOptions options;
  private final Counters counters;
  private final Optional<AcknowledgementFile> file;
  private final CountDownLatch stop;
  private final PauseMeter pauses = new PauseMeter();
  private final RandomGenerator random;
  private final Operations operations;
  private final AtomicReference<@Nullable Connection> current = new AtomicReference<>();

  Writer(
      WriterBook book,
      ConnectionProvider provider,
      WorkloadOptions options,
      Counters counters,
      Optional<AcknowledgementFile> file,
      CountDownLatch stop) {
    this.book = book;
    this.provider = provider;
    this.options = options;
    this.counters = counters;
    this.file = file;
    this.stop = stop;
    this.random = new SplittableRandom(book.writer);
    this.operations = new Operations(book, random);
  }

  WriterBook book() {
    return book;
  }

  PauseMeter pauses() {
    return pauses;
  }

  @Override
  public void run() {
    long interval =
        options.ratePerSecond() > 0
            ? (long) (TimeUnit.SECONDS.toNanos(1) * options.writers() / options.ratePerSecond())
            : 0;
    long next = System.nanoTime();
    while (!stopped(next - System.nanoTime())) {
      next = Math.max(System.nanoTime(), next + interval);
      try {
        Connection connection = connected();
        settleUnanswered(connection);
        transact(connection);
      } catch (SQLException problem) {
        count(problem);
        disconnect();
        next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AFTER_ERROR_MILLIS);
      }
    }
    disconnect();
  }

  /** Any thread: ends a statement that would wait for ever; the writer sees an error. */
  void abort() {
    Connection connection = current.get();
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException problem) {
        LOG.warn("writer {} could not be cut off", book.writer, problem);
      }
    }
  }

  private boolean stopped(long waitNanos) {
    try {
      return stop.await(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private Connection connected() throws SQLException {
    Connection connection = current.get();
    if (connection == null) {
      connection = provider.connect();
      counters.connects.increment();
      current.set(connection);
      book.dialect.tune(connection, book.writer);
    }
    return connection;
  }

  private void transact(Connection connection) throws SQLException {
    Draft draft = new Draft(book.takeSeq());
    Ending ending = chooseEnding();
    connection.setAutoCommit(false);
    try {
      if (ending == Ending.TWO_PHASES) {
        book.dialect.beginTwoPhase(connection, preparedId(draft));
      }
      book.dialect.promise(connection, options.commits().pick(random));
      operations.mark(connection, draft);
      for (int left = 1 + random.nextInt(4); left > 0; left--) {
        operations.any(connection, draft);
      }
    } catch (SQLException problem) {
      counters.failed.increment();
      throw problem;
    }
    switch (ending) {
      case ROLLBACK -> {
        connection.rollback();
        counters.rolledBack.increment();
      }
      case TWO_PHASES -> commitInTwoPhases(connection, draft);
      case COMMIT -> commit(draft, connection::commit);
    }
  }

  /** How a transaction is to end; XA has to know it at the beginning. */
  private enum Ending {
    ROLLBACK,
    TWO_PHASES,
    COMMIT
  }

  private Ending chooseEnding() {
    if (random.nextInt(100) < options.rollbackPercent()) {
      return Ending.ROLLBACK;
    }
    return random.nextInt(100) < options.preparedPercent() ? Ending.TWO_PHASES : Ending.COMMIT;
  }

  /** Something that commits. */
  private interface Commit {
    void run() throws SQLException;
  }

  private void commit(Draft draft, Commit commit) throws SQLException {
    try {
      commit.run();
    } catch (SQLException problem) {
      counters.failed.increment();
      if (!SqlStates.surelyRolledBack(problem)) {
        counters.unanswered.increment();
        book.unanswered = Optional.of(draft);
      }
      throw problem;
    }
    acknowledged(draft);
  }

  private void acknowledged(Draft draft) {
    book.commit(draft);
    pauses.acknowledged();
    counters.acknowledged.increment();
    file.ifPresent(to -> to.append(book.writer, draft.seq()));
  }

  private void commitInTwoPhases(Connection connection, Draft draft) throws SQLException {
    String id = preparedId(draft);
    commit(
        draft,
        () -> {
          book.dialect.prepare(connection, id);
          stopped(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_HOLD_MILLIS)));
          book.dialect.commitPrepared(connection, id);
        });
  }

  /**
   * Asks the server about the commit that was not answered. The insert waits for the transaction if
   * it is still going on there; if it goes in, the transaction can never commit any more.
   */
  private void settleUnanswered(Connection connection) throws SQLException {
    if (book.unanswered.isEmpty()) {
      return;
    }
    Draft draft = book.unanswered.get();
    connection.setAutoCommit(true);
    book.dialect.rollbackPrepared(connection, preparedId(draft));
    Dialect.update(connection, book.dialect.insertNever(), book.writer, draft.seq());
    if (isCommitted(connection, draft)) {
      acknowledged(draft);
    } else {
      book.never.set(draft.seq());
    }
    book.unanswered = Optional.empty();
  }

  private boolean isCommitted(Connection connection, Draft draft) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT kind FROM app.ledger WHERE writer = ? AND seq = ?")) {
      query.setInt(1, book.writer);
      query.setInt(2, draft.seq());
      try (ResultSet rows = query.executeQuery()) {
        return rows.next() && rows.getString(1).equals("tx");
      }
    }
  }

  private String preparedId(Draft draft) {
    return "workload_" + book.writer + "_" + draft.seq();
  }

  private void count(SQLException problem) {
    counters.error(SqlStates.of(problem));
    LOG.trace("writer {}", book.writer, problem);
  }

  private void disconnect() {
    Connection connection = current.getAndSet(null);
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException alreadyGone) {
        LOG.trace("writer {}", book.writer, alreadyGone);
      }
    }
  }
}
