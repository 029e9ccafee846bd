// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.JournalEntry;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.SavedInventory;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The story in schema {@code fram}. Usable from any thread; it has one session of its own. Every
 * write checks the epoch in its own transaction.
 */
public final class PostgresJournal implements JournalStore, AutoCloseable {
  /**
   * For what only tells of the run: while the target waits for a standby that does not come, the
   * screen must be able to say so.
   */
  private static final String NO_STANDBY = "SET LOCAL synchronous_commit = local";

  private static final String LOAD =
      "SELECT id, source, scope, phase, evidence, epoch FROM fram.migration";

  // Two runs may begin at once, and CREATE .. IF NOT EXISTS alone does not stand that.
  private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(1718772077, 2)";

  private final SharedSession session;
  private final TableRecords tables;

  public PostgresJournal(Connector target) {
    session = new SharedSession(target, "journal");
    tables = new TableRecords(session);
  }

  @Override
  public Optional<MigrationRecord> load() {
    return session.read(
        "reading the journal",
        c -> exists(c) ? Sql.first(c, LOAD, PostgresJournal::migration) : Optional.empty());
  }

  /** The base backup that this target was made of; empty where it was made otherwise. */
  public Optional<BaseMark.Noted> based() {
    return session.read("looking for a base backup", BaseMark::settled);
  }

  @Override
  public MigrationRecord create(MigrationRecord first) {
    session.write(
        "creating schema fram",
        c -> {
          Sql.list(c, ONE_AT_A_TIME, row -> 0);
          if (!exists(c)) {
            for (String statement : JournalSchema.statements()) {
              Sql.run(c, statement);
            }
          }
          return Sql.update(
              c,
              "INSERT INTO fram.migration (id, source, scope, phase, evidence, epoch)"
                  + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
              first.id().value(),
              first.source(),
              first.scope(),
              first.phase(),
              first.evidence(),
              first.epoch());
        });
    return load()
        .orElseThrow(() ->
            new FramException(
                ErrorCode.MIGRATION_MISSING,
                session.name() + ": the migration's record has just been removed.",
                "Run the command again."));
  }

  @Override
  public void savePhase(long epoch, String phase, String evidence) {
    session.write(
        "recording phase " + phase,
        c -> {
          // What follows on the source must not be forgotten by a target that commits lazily.
          Sql.run(c, "SET LOCAL synchronous_commit = on");
          int hit =
              Sql.update(
                  c,
                  "UPDATE fram.migration SET phase = ?, evidence = ? WHERE epoch = ?",
                  phase,
                  evidence,
                  epoch);
          if (hit == 0) {
            throw Epoch.fenced(epoch, session.name());
          }
          return hit;
        });
  }

  @Override
  public long intent(long epoch, String step, String detail) {
    return checked(
        epoch,
        "recording the step " + step,
        c ->
            Sql.number(
                c,
                "INSERT INTO fram.journal (epoch, step, detail) VALUES (?, ?, ?)"
                    + " RETURNING sequence",
                epoch,
                step,
                detail));
  }

  @Override
  public void outcome(long epoch, long sequence, StepOutcome outcome, String detail) {
    checked(
        epoch,
        "recording an outcome",
        c ->
            Sql.update(
                c,
                "UPDATE fram.journal SET outcome = ?, detail = ?, ended_at = clock_timestamp()"
                    + " WHERE sequence = ?",
                outcome.name(),
                detail,
                sequence));
  }

  @Override
  public List<JournalEntry> entries() {
    return session.read(
        "reading the journal",
        c ->
            Sql.list(
                c,
                "SELECT sequence, step, detail, outcome,"
                    + " (extract(epoch FROM begun_at) * 1000)::bigint"
                    + " FROM fram.journal ORDER BY sequence",
                PostgresJournal::entry));
  }

  @Override
  public Map<TableId, TableState> tables() {
    return tables.all();
  }

  @Override
  public void saveTable(long epoch, TableState state) {
    checked(epoch, "recording table " + state.table(), c -> TableRecords.save(c, state));
  }

  @Override
  public Set<Integer> copiedChunks(TableId table) {
    return tables.copiedChunks(table);
  }

  /** Chunks of tables that are copied, but whose own copy is not there: it was thrown away. */
  public Map<TableId, List<Chunk>> missingChunks() {
    return tables.missingChunks();
  }

  @Override
  public void saveKeyChunks(long epoch, TableId table, List<Chunk> chunks) {
    checked(
        epoch, "recording the cut of " + table, c -> TableRecords.saveKeyChunks(c, table, chunks));
  }

  @Override
  public List<Chunk> keyChunks(TableId table) {
    return tables.keyChunks(table);
  }

  @Override
  public Optional<Position> feedPosition() {
    return session.read(
        "reading the feed's position",
        c -> Sql.first(c, "SELECT position::text FROM fram.feed", row -> Lsn.parse(text(row, 1))));
  }

  @Override
  public void startFeed(long epoch, Position from) {
    checked(
        epoch,
        "recording the feed's start",
        c ->
            Sql.update(
                c,
                "INSERT INTO fram.feed (epoch, position, reference_xid) VALUES (?, ?::pg_lsn, 0)"
                    + " ON CONFLICT DO NOTHING",
                epoch,
                from.text()));
  }

  /** Sets the position that the feed goes on from; there is one. */
  public void restartFeed(long epoch, Position from) {
    checked(
        epoch,
        "recording where the feed begins again",
        c ->
            Sql.update(
                c,
                "UPDATE fram.feed SET position = ?::pg_lsn, applied_at = NULL WHERE epoch = ?",
                from.text(),
                epoch));
  }

  @Override
  public void saveVerdict(long epoch, TableId table, RowVerdict verdict) {
    checked(
        epoch,
        "recording a verdict on " + table,
        c -> InventoryRecords.saveVerdict(c, table, verdict));
  }

  @Override
  public void forgetVerdicts(long epoch) {
    checked(epoch, "forgetting verdicts", InventoryRecords::forgetVerdicts);
  }

  @Override
  public Map<TableId, RowVerdict> verdicts() {
    return session.read("reading the verdicts", InventoryRecords::verdicts);
  }

  @Override
  public void saveInventory(long epoch, SavedInventory inventory) {
    checked(epoch, "keeping the inventory", c -> InventoryRecords.save(c, inventory));
  }

  @Override
  public Optional<SavedInventory> inventory() {
    return session.read("reading the inventory", InventoryRecords::load);
  }

  @Override
  public void keep(long epoch, String name, String document) {
    checked(
        epoch,
        "keeping " + name,
        c -> {
          Sql.run(c, NO_STANDBY);
          return KeptDocuments.save(c, name, document);
        });
  }

  @Override
  public void keepAhead(String name, String document) {
    session.write(
        "keeping " + name,
        c -> {
          Sql.list(c, ONE_AT_A_TIME, row -> 0);
          KeptDocuments.create(c);
          return KeptDocuments.save(c, name, document);
        });
  }

  @Override
  public Optional<String> kept(String name) {
    return session.read("reading " + name, c -> KeptDocuments.load(c, name));
  }

  @Override
  public void publishStatus(long epoch, String status) {
    checked(
        epoch,
        "publishing the status",
        c -> {
          Sql.run(c, NO_STANDBY);
          return Sql.update(
              c,
              "INSERT INTO fram.status (status, published_at) VALUES (?, clock_timestamp())"
                  + " ON CONFLICT (only_one) DO UPDATE SET status = excluded.status,"
                  + " published_at = excluded.published_at",
              status);
        });
  }

  @Override
  public Optional<PublishedStatus> publishedStatus() {
    return session.read(
        "reading the status",
        c ->
            Sql.first(
                c,
                "SELECT status, (extract(epoch FROM clock_timestamp() - published_at) * 1000)"
                    + "::bigint FROM fram.status",
                row -> new PublishedStatus(text(row, 1), row.getLong(2))));
  }

  @Override
  public long submitCommand(String command) {
    return session.write(
        "submitting a command",
        c -> Sql.number(c, "INSERT INTO fram.command (command) VALUES (?) RETURNING id", command));
  }

  @Override
  public List<PendingCommand> pendingCommands() {
    return session.read(
        "reading commands",
        c ->
            Sql.list(
                c,
                "SELECT id, command FROM fram.command WHERE answer IS NULL ORDER BY id",
                row -> new PendingCommand(row.getLong(1), text(row, 2))));
  }

  @Override
  public void answerCommand(long id, String answer) {
    session.write(
        "answering a command",
        c ->
            Sql.update(
                c,
                "UPDATE fram.command SET answer = ? WHERE id = ? AND answer IS NULL",
                answer,
                id));
  }

  @Override
  public Optional<String> commandAnswer(long id) {
    return session.read(
        "reading an answer",
        c ->
            Sql.first(
                c,
                "SELECT answer FROM fram.command WHERE id = ? AND answer IS NOT NULL",
                row -> text(row, 1),
                id));
  }

  @Override
  public void close() {
    session.close();
  }

  private <T> T checked(long epoch, String doing, SharedSession.Work<T> work) {
    return session.write(
        doing,
        c -> {
          Epoch.check(c, epoch, session.name());
          return work.with(c);
        });
  }

  static boolean exists(Connection connection) throws SQLException {
    // Not to_regclass: it fails where the login may not use the schema.
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'fram' AND c.relname = 'migration'")
        > 0;
  }

  private static MigrationRecord migration(ResultSet row) throws SQLException {
    return new MigrationRecord(
        new MigrationId(text(row, 1)),
        text(row, 2),
        text(row, 3),
        text(row, 4),
        text(row, 5),
        row.getLong(6));
  }

  private static JournalEntry entry(ResultSet row) throws SQLException {
    return new JournalEntry(
        row.getLong(1),
        text(row, 2),
        text(row, 3),
        Optional.ofNullable(row.getString(4)).map(StepOutcome::valueOf),
        Instant.ofEpochMilli(row.getLong(5)));
  }

  static String text(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getString(column)).orElse("");
  }
}
