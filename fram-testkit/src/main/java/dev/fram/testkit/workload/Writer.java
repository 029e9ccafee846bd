// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
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
      // Every second writer keeps its statements prepared on the server from the first use.
      PGConnection postgres = connection.unwrap(PGConnection.class);
      postgres.setPrepareThreshold(book.writer % 2 == 0 ? 1 : 5);
    }
    return connection;
  }

  private void transact(Connection connection) throws SQLException {
    Draft draft = new Draft(book.takeSeq());
    connection.setAutoCommit(false);
    try {
      setCommitMode(connection);
      operations.mark(connection, draft);
      for (int left = 1 + random.nextInt(4); left > 0; left--) {
        operations.any(connection, draft);
      }
    } catch (SQLException problem) {
      counters.failed.increment();
      throw problem;
    }
    if (random.nextInt(100) < options.rollbackPercent()) {
      connection.rollback();
      counters.rolledBack.increment();
    } else if (random.nextInt(100) < options.preparedPercent()) {
      commitInTwoPhases(connection, draft);
    } else {
      commit(draft, connection::commit);
    }
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
          execute(connection, "PREPARE TRANSACTION '" + id + "'");
          connection.setAutoCommit(true);
          stopped(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_HOLD_MILLIS)));
          execute(connection, "COMMIT PREPARED '" + id + "'");
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
    rollbackPrepared(connection, draft);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO app.ledger (writer, seq, kind) VALUES (?, ?, 'never') ON CONFLICT DO"
                + " NOTHING")) {
      insert.setInt(1, book.writer);
      insert.setInt(2, draft.seq());
      insert.executeUpdate();
    }
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

  private void rollbackPrepared(Connection connection, Draft draft) throws SQLException {
    String id = preparedId(draft);
    boolean open;
    try (PreparedStatement query =
        connection.prepareStatement("SELECT 1 FROM pg_prepared_xacts WHERE gid = ?")) {
      query.setString(1, id);
      try (ResultSet rows = query.executeQuery()) {
        open = rows.next();
      }
    }
    if (open) {
      execute(connection, "ROLLBACK PREPARED '" + id + "'");
    }
  }

  private String preparedId(Draft draft) {
    return "workload_" + book.writer + "_" + draft.seq();
  }

  private void setCommitMode(Connection connection) throws SQLException {
    String mode = options.commits().pick(random);
    if (!mode.equals("on")) {
      execute(connection, "SET LOCAL synchronous_commit = " + mode);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
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
