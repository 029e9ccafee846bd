// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.change.Position;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.catalog.SchemaMark;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.Publication;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The write gate (ALGORITHMS E1): a lock held by one session, then triggers and the register in one
 * commit. The server itself ends that session when the budget is used up or when Fram is gone.
 * Owned by one thread.
 */
public final class PostgresGate implements WriteGate {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresGate.class);
  private static final int BATCH = 200;

  private final Connector source;
  private final SharedSession questions;
  private final Plan plan;
  private final Supplier<Lsn> mark;
  private @Nullable Connection session;
  private boolean closed;
  private Optional<String> schema = Optional.empty();

  /**
   * What is locked and for how long.
   *
   * @param feed the migration, and the feed that carries what is written here
   * @param tables all ordinary and partitioned tables, in the order in which they are locked
   * @param budget how long writers may be kept waiting
   */
  public record Plan(FeedName feed, List<CatalogTable> tables, Duration budget) {
    MigrationId id() {
      return feed.id();
    }
  }

  /**
   * @param questions a session for questions beside the one that locks
   * @param mark writes a marker into the log, in another session, and returns its position
   */
  public PostgresGate(Connector source, SharedSession questions, Plan plan, Supplier<Lsn> mark) {
    this.source = source;
    this.questions = questions;
    this.plan = plan;
    this.mark = mark;
  }

  @Override
  public List<String> blockers() {
    List<String> found = new ArrayList<>(subscriptions());
    fault().ifPresent(found::add);
    found.addAll(
        questions.read(
            "asking who holds locks", c -> LockHolders.of(c, plan.tables, Duration.ofSeconds(1))));
    return found;
  }

  @Override
  public void prepare() {
    if (closed) {
      return;
    }
    questions.read("looking at the schema", SchemaMark::read);
    try {
      SchemaMark.read(open());
    } catch (SQLException e) {
      release();
      throw SqlErrors.translate(e, source.name(), "opening the write gate's session");
    }
  }

  @Override
  public Attempt close(Duration lockTimeout) {
    if (closed) {
      return new Attempt.Closed();
    }
    List<String> passing = subscriptions();
    if (!passing.isEmpty()) {
      return new Attempt.Busy(passing);
    }
    try {
      Connection holder = open();
      lock(holder, lockTimeout);
      closed = true;
      return new Attempt.Closed();
    } catch (SQLException e) {
      return notClosed(e);
    }
  }

  /**
   * The apply workers of subscriptions run as replicas: they fire no statement triggers, so the
   * guards would let their writes pass after the hand-over, and nobody would carry them over.
   */
  private List<String> subscriptions() {
    return questions.read(
        "asking for subscriptions",
        c ->
            Sql.list(
                c,
                "SELECT format('subscription %I is enabled and writes to this database;"
                    + " disable it first', subname) FROM pg_subscription WHERE subenabled"
                    + " AND subdbid = (SELECT oid FROM pg_database"
                    + " WHERE datname = current_database()) ORDER BY 1",
                row -> row.getString(1)));
  }

  @Override
  public Position frozenAt() {
    verifyClosed();
    // Not by the session that locks: its commit must be nothing but the hand-over.
    Lsn frozen = mark.get();
    schema = Optional.of(questions.read("looking at the schema", SchemaMark::read));
    // After the mark: whoever alters the publication now, alters nothing that lies before it.
    Optional<String> fault = fault();
    if (fault.isPresent()) {
      throw new FramException(
          ErrorCode.LOG_LOST,
          source.name() + ": " + fault.get() + ".",
          "The source serves on. Run fram cancel and begin again, and leave the publication to"
              + " Fram.");
    }
    return frozen;
  }

  private Optional<String> fault() {
    return questions.read("looking at the publication", new Publication(plan.feed)::fault);
  }

  @Override
  public StepOutcome handOver(long epoch, Position frozenAt) {
    Connection holder = session;
    if (!closed || holder == null) {
      return StepOutcome.NOT_DONE;
    }
    try {
      if (schema.isPresent() && !schema.get().equals(SchemaMark.read(holder))) {
        // A table that was created behind the gate would be on neither side of the hand-over.
        LOG.error("{}: the schema was changed behind the write gate.", source.name());
        release();
        return StepOutcome.NOT_DONE;
      }
      List<String> triggers = new SourceGuard(plan.id()).close(holder, plan.tables);
      for (int from = 0; from < triggers.size(); from += BATCH) {
        int to = Math.min(from + BATCH, triggers.size());
        Sql.run(holder, String.join("; ", triggers.subList(from, to)));
      }
      if (!new HandOverRegister(plan.id()).decide(holder, epoch, (Lsn) frozenAt)) {
        LOG.error("{}: the register says that this epoch may not hand over.", source.name());
        release();
        // Not this run, but perhaps another one has: the register is asked.
        return StepOutcome.UNKNOWN;
      }
    } catch (SQLException e) {
      LOG.error("{}: the hand-over was not tried: {}.", source.name(), SqlErrors.message(e));
      release();
      // 42710: the guards are there already, which only a hand-over leaves behind.
      return "42710".equals(e.getSQLState()) ? StepOutcome.UNKNOWN : StepOutcome.NOT_DONE;
    }
    return commit(holder);
  }

  @Override
  public void release() {
    closed = false;
    Connection holder = session;
    session = null;
    if (holder != null) {
      // Ends the transaction too, and does so even when the session does not answer any more.
      Connector.abort(holder);
    }
  }

  @Override
  public void close() {
    release();
  }

  private StepOutcome commit(Connection holder) {
    try {
      Sql.run(holder, "COMMIT");
      LOG.info("{}: handed over.", source.name());
      return StepOutcome.DONE;
    } catch (SQLException e) {
      boolean known = !SqlErrors.ended(e);
      LOG.error(
          "{}: the hand-over {}: {}.",
          source.name(),
          known ? "was rolled back" : "may or may not have been committed",
          SqlErrors.message(e));
      return known ? StepOutcome.NOT_DONE : StepOutcome.UNKNOWN;
    } finally {
      release();
    }
  }

  private Connection open() throws SQLException {
    Connection current = session;
    if (current == null || current.isClosed()) {
      current = source.open("gate");
      session = current;
      long budget = plan.budget.toMillis();
      Sql.run(
          current,
          "SET idle_in_transaction_session_timeout = "
              + budget
              + "; SET statement_timeout = "
              + budget
              + "; SET synchronous_commit = on");
      lookForDeadlocksEarly(current);
    }
    return current;
  }

  /**
   * A waiter looks for deadlocks once, after deadlock_timeout (1 s unless set): then it makes an
   * autovacuum that is in its way give up, and is itself the victim of a deadlock. We wait for less
   * than that, so an autovacuum of minutes would keep the gate open unless we look sooner. Only
   * superusers may; others try again until the autovacuum has ended.
   */
  private static void lookForDeadlocksEarly(Connection session) throws SQLException {
    try {
      Sql.run(session, "SET deadlock_timeout = '50ms'");
    } catch (SQLException e) {
      if (!"42501".equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  /**
   * One statement under one limit for all tables: a writer that waits for us from the first table
   * on must not reach its deadlock check while we still wait for another, or it, not we, would be
   * the victim.
   */
  private void lock(Connection holder, Duration lockTimeout) throws SQLException {
    long deadlock =
        Sql.number(
            holder, "SELECT reset_val::bigint FROM pg_settings WHERE name = 'deadlock_timeout'");
    long limit = Math.max(1, Math.min(lockTimeout.toMillis(), deadlock * 8 / 10));
    Sql.run(
        holder,
        "BEGIN; SET LOCAL lock_timeout = "
            + limit
            + "; SET LOCAL statement_timeout = "
            + limit
            + (holder.getMetaData().getDatabaseMajorVersion() >= 17
                ? "; SET LOCAL transaction_timeout = "
                    + (plan.budget.toMillis() + lockTimeout.toMillis())
                : ""));
    List<String> names = new ArrayList<>(largeObjects(holder));
    plan.tables.forEach(table -> names.add("ONLY " + Quoting.table(table.id())));
    if (!names.isEmpty()) {
      Sql.run(holder, "LOCK TABLE " + String.join(", ", names) + " IN SHARE ROW EXCLUSIVE MODE");
    }
    Sql.run(holder, "SET LOCAL statement_timeout = " + plan.budget.toMillis());
  }

  /**
   * Where large objects live. Only superusers may lock that; for others what is written meanwhile
   * is looked for after the hand-over. First in the list: who writes a large object and then a
   * table must not hold the one while we hold the other.
   */
  private static List<String> largeObjects(Connection holder) throws SQLException {
    return Sql.list(
        holder,
        "SELECT c::text FROM unnest('{pg_catalog.pg_largeobject,"
            + " pg_catalog.pg_largeobject_metadata}'::regclass[]) c"
            + " WHERE has_table_privilege(c, 'UPDATE')",
        row -> row.getString(1));
  }

  private Attempt notClosed(SQLException e) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return switch (state) {
      case "55P03", "57014", "40P01" -> {
        // Asked before the rollback would change the picture, by another session.
        List<String> holders =
            questions.read(
                "asking who holds locks", c -> LockHolders.of(c, plan.tables, Duration.ZERO));
        release();
        yield new Attempt.Busy(holders);
      }
      case "53200" -> {
        release();
        throw tooManyTables(e);
      }
      default -> {
        release();
        throw SqlErrors.translate(e, source.name(), "closing the write gate");
      }
    };
  }

  private FramException tooManyTables(SQLException e) {
    return new FramException(
        ErrorCode.SERVER_SETTING,
        source.name()
            + ": locking "
            + plan.tables.size()
            + " tables at once needs more lock entries than the server has (53200).",
        "Raise max_locks_per_transaction to at least "
            + Math.max(128, plan.tables.size() / 50)
            + " and restart the server.",
        e);
  }

  private void verifyClosed() {
    Connection holder = session;
    if (!closed || holder == null) {
      throw new FramException(
          ErrorCode.INTERNAL, source.name() + ": the write gate is not closed.", "");
    }
    try {
      Sql.run(holder, "SELECT 1");
    } catch (SQLException e) {
      release();
      throw SqlErrors.translate(e, source.name(), "holding the write gate");
    }
  }
}
