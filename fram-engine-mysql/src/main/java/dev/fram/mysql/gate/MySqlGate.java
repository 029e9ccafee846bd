// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.api.change.Position;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.OwnSessions;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.HandOverRegister;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write gate (ALGORITHMS E1, MySQL): LOCK TABLES in one session, then the register's commit in
 * another; while the lock still holds, the source is closed for good. The server itself ends the
 * session that locks when the budget is used up or when Fram is gone. What then slips through until
 * the source is closed, {@link SourceSeal} accounts for. Owned by one thread.
 */
public final class MySqlGate implements WriteGate {
  private static final Logger LOG = LoggerFactory.getLogger(MySqlGate.class);

  private final Connector source;
  private final SharedSession questions;
  private final Plan plan;
  private @Nullable Connection session;
  private boolean closed;

  /** As found before the gate closed: many accounts take a while, and writers would wait. */
  private @Nullable List<String> doors;

  /**
   * What is locked and for how long.
   *
   * @param id the migration
   * @param tables every table with rows of its own, sorted by name
   * @param budget how long writers may be kept waiting
   * @param closing how the source is closed after the hand-over
   */
  public record Plan(
      MigrationId id, List<TableId> tables, Duration budget, Closing.Question closing) {
    public Plan {
      tables = List.copyOf(tables);
    }
  }

  /**
   * @param questions a session for questions beside the one that locks
   */
  public MySqlGate(Connector source, SharedSession questions, Plan plan) {
    this.source = source;
    this.questions = questions;
    this.plan = plan;
  }

  @Override
  public List<String> blockers() {
    List<String> found =
        new ArrayList<>(
            questions.read("asking who holds locks", c -> Blockers.of(c, Duration.ofSeconds(1))));
    doors = null;
    found.addAll(unstoppable());
    return found;
  }

  /**
   * Those that the closing cannot keep out, and Fram's own account: it stays open, for Fram has to
   * get in after a crash. Where super_read_only does not close the server to it, an application
   * that uses it too would write on beside the target: a trial on MariaDB lost 1,106 acknowledged
   * writes.
   */
  @Override
  public List<String> unstoppable() {
    return questions.read(
        "asking who could write after the hand-over",
        c -> {
          Closing closing = plan.closing.of(c);
          if (closing == Closing.FOR_GOOD && OpenDoors.closesToEverybody(c)) {
            return List.of();
          }
          List<String> found = new ArrayList<>(OwnSessions.strangers(c));
          List<String> open = doors;
          if (open == null) {
            open = new OpenDoors(c, source.name()).of(closing);
            doors = open;
          }
          found.addAll(open);
          return found;
        });
  }

  @Override
  public Attempt close(Duration lockTimeout) {
    if (closed) {
      return new Attempt.Closed();
    }
    List<String> prepared = questions.read("asking for XA transactions", Blockers::prepared);
    if (!prepared.isEmpty()) {
      return new Attempt.Busy(prepared);
    }
    try {
      Connection holder = open(lockTimeout);
      lock(holder);
      // Within the lock: what was prepared while we waited for it can commit at any time.
      List<String> late = Blockers.prepared(holder);
      if (!late.isEmpty()) {
        release();
        return new Attempt.Busy(late);
      }
      closed = true;
      return new Attempt.Closed();
    } catch (SQLException e) {
      return notClosed(e);
    }
  }

  /** Waits for commits that are on their way, also for those that wait for a replica's answer. */
  private void lock(Connection holder) throws SQLException {
    if (plan.tables.isEmpty()) {
      return;
    }
    Sql.run(
        holder,
        plan.tables.stream()
            .map(table -> Quoting.table(table) + " READ")
            .collect(Collectors.joining(", ", "LOCK TABLES ", "")));
  }

  @Override
  public Position frozenAt() {
    Connection holder = session;
    if (!closed || holder == null) {
      throw new FramException(
          ErrorCode.INTERNAL, source.name() + ": the write gate is not closed.", "");
    }
    try {
      return SourceLog.position(holder);
    } catch (SQLException e) {
      release();
      throw SqlErrors.translate(e, source.name(), "holding the write gate");
    }
  }

  @Override
  public StepOutcome handOver(long epoch, Position frozenAt) {
    Connection holder = session;
    if (!closed || holder == null || !(frozenAt instanceof BinlogPosition frozen)) {
      return StepOutcome.NOT_DONE;
    }
    try {
      // The lock must still be there when the register says so.
      Sql.run(holder, "SELECT 1");
    } catch (SQLException e) {
      LOG.error("{}: the hand-over was not tried: {}.", source.name(), SqlErrors.message(e));
      release();
      return StepOutcome.NOT_DONE;
    }
    StepOutcome outcome = decide(epoch, frozen);
    if (outcome == StepOutcome.DONE) {
      sealWhileLocked(epoch);
    }
    release();
    return outcome;
  }

  /** The point of no return: one commit, in a session of its own. */
  private StepOutcome decide(long epoch, BinlogPosition frozenAt) {
    Connection register = source.open("hand-over");
    boolean committing = false;
    try {
      register.setAutoCommit(false);
      Sql.run(register, "SET SESSION innodb_lock_wait_timeout = 2");
      if (!new HandOverRegister(plan.id).decide(register, epoch, frozenAt)) {
        LOG.error("{}: the register says that this epoch may not hand over.", source.name());
        // Not this run, but perhaps another one has: the register is asked.
        return StepOutcome.UNKNOWN;
      }
      committing = true;
      register.commit();
      LOG.info("{}: handed over.", source.name());
      return StepOutcome.DONE;
    } catch (SQLException e) {
      boolean known = !committing || !SqlErrors.ended(e);
      LOG.error(
          "{}: the hand-over {}: {}.",
          source.name(),
          known ? "was rolled back" : "may or may not have been committed",
          SqlErrors.message(e));
      return known ? StepOutcome.NOT_DONE : StepOutcome.UNKNOWN;
    } finally {
      Connector.abort(register);
    }
  }

  /**
   * Before the lock is given up, so that nothing slips through in between; in another session,
   * because the one that locks tables may neither lock accounts nor make the server read-only
   * (1100, 1192 seen on 8.0.33 and MariaDB 11.4). When it fails, the seal that follows does it
   * again and finds out what has slipped.
   */
  private void sealWhileLocked(long epoch) {
    try {
      SourceSeal.close(
          source,
          session -> {
            new HandOverRegister(plan.id).requireHandedOver(session, epoch);
            return plan.closing.of(session);
          });
    } catch (RuntimeException | Error e) {
      // It has handed over: that has to be told, whatever this met (a full heap, too).
      LOG.warn("Not closed yet: {}", e.toString());
    }
  }

  @Override
  public void release() {
    closed = false;
    Connection holder = session;
    session = null;
    if (holder != null) {
      // Ends the lock too, and does so even when the session does not answer any more.
      Connector.abort(holder);
    }
  }

  @Override
  public void close() {
    release();
  }

  private Connection open(Duration lockTimeout) throws SQLException {
    Connection current = session;
    if (current == null || current.isClosed()) {
      current = source.open("gate");
      session = current;
      long budget = Math.max(1, plan.budget.toSeconds());
      long patience = Math.max(1, lockTimeout.toSeconds());
      Sql.run(
          current, "SET SESSION wait_timeout = " + budget + ", lock_wait_timeout = " + patience);
    }
    return current;
  }

  private Attempt notClosed(SQLException e) {
    release();
    return switch (SqlErrors.code(e)) {
      case LOCK_TIMEOUT, SERIALIZATION_CONFLICT -> new Attempt.Busy(holders());
      default -> throw SqlErrors.translate(e, source.name(), "closing the write gate");
    };
  }

  private List<String> holders() {
    List<String> found =
        questions.read("asking who holds locks", c -> Blockers.of(c, Duration.ZERO));
    return found.isEmpty() ? List.of("a transaction that has ended since") : found;
  }
}
