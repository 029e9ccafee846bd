// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

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
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The story in database {@code fram}. Usable from any thread; it has one session of its own. Every
 * write checks the epoch in its own transaction.
 */
public final class MySqlJournal implements JournalStore, AutoCloseable {
  private static final String LOAD =
      "SELECT id, source, scope, phase, evidence, epoch FROM fram.migration";

  private static final String INSERTED = "SELECT LAST_INSERT_ID()";

  private final SharedSession session;
  private final TableRecords tables;

  public MySqlJournal(Connector target) {
    session = new SharedSession(target, "journal");
    tables = new TableRecords(session);
  }

  @Override
  public Optional<MigrationRecord> load() {
    return session.read(
        "reading the journal",
        c -> exists(c) ? Sql.first(c, LOAD, MySqlJournal::migration) : Optional.empty());
  }

  /** The clone of the whole server that this target is, once it is settled. */
  public Optional<CloneMark.Noted> cloned() {
    return session
        .read("looking for a clone", CloneMark::own)
        .filter(mark -> mark.stage() == CloneMark.Stage.SETTLED);
  }

  @Override
  public MigrationRecord create(MigrationRecord first) {
    session.write(
        "creating database fram",
        c -> {
          if (!exists(c)) {
            for (String statement : JournalSchema.statements()) {
              Sql.run(c, statement);
            }
          }
          return Sql.update(
              c,
              "INSERT INTO fram.migration (id, source, scope, phase, evidence, epoch)"
                  + " VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE only_one = 1",
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
          int hit =
              Sql.update(
                  c,
                  "UPDATE fram.migration SET phase = ?, evidence = ? WHERE only_one = 1 AND epoch = ?",
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
        c -> {
          Sql.update(
              c,
              "INSERT INTO fram.journal (epoch, step, detail) VALUES (?, ?, ?)",
              epoch,
              step,
              detail);
          return Sql.number(c, INSERTED);
        });
  }

  @Override
  public void outcome(long epoch, long sequence, StepOutcome outcome, String detail) {
    checked(
        epoch,
        "recording an outcome",
        c ->
            Sql.update(
                c,
                "UPDATE fram.journal SET outcome = ?, detail = ?, ended_at = NOW(3)"
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
                    + " CAST(ROUND(UNIX_TIMESTAMP(begun_at) * 1000) AS SIGNED)"
                    + " FROM fram.journal ORDER BY sequence",
                MySqlJournal::entry));
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
        c ->
            Sql.first(
                c, "SELECT position FROM fram.feed", row -> BinlogPosition.parse(text(row, 1))));
  }

  @Override
  public void startFeed(long epoch, Position from) {
    checked(
        epoch,
        "recording the feed's start",
        c ->
            Sql.update(
                c,
                "INSERT INTO fram.feed (epoch, position) VALUES (?, ?)"
                    + " ON DUPLICATE KEY UPDATE only_one = 1",
                epoch,
                from.text()));
  }

  /** The same where there is a position already: from here the data moves this way again. */
  public void restartFeed(long epoch, Position from) {
    checked(
        epoch,
        "recording where the feed begins again",
        c ->
            Sql.update(
                c,
                "UPDATE fram.feed SET position = ?, applied_at = NULL WHERE only_one = 1",
                from.text()));
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
    makeRoom();
    checked(epoch, "forgetting verdicts", InventoryRecords::forgetVerdicts);
  }

  @Override
  public Map<TableId, RowVerdict> verdicts() {
    return session.read("reading the verdicts", InventoryRecords::verdicts);
  }

  @Override
  public void saveInventory(long epoch, SavedInventory inventory) {
    makeRoom();
    checked(epoch, "keeping the inventory", c -> InventoryRecords.save(c, inventory));
  }

  @Override
  public Optional<SavedInventory> inventory() {
    return session.read("reading the inventory", InventoryRecords::load);
  }

  /** Before the transaction: DDL would end it. */
  private void makeRoom() {
    session.read("making room for the inventory", InventoryRecords::create);
  }

  @Override
  public void keep(long epoch, String name, String document) {
    checked(epoch, "keeping " + name, c -> KeptDocuments.save(c, name, document));
  }

  @Override
  public void keepAhead(String name, String document) {
    session.read("making room for " + name, KeptDocuments::create);
    session.write("keeping " + name, c -> KeptDocuments.save(c, name, document));
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
        c ->
            Sql.update(
                c, "REPLACE INTO fram.status (status, published_at) VALUES (?, NOW(3))", status));
  }

  @Override
  public Optional<PublishedStatus> publishedStatus() {
    return session.read(
        "reading the status",
        c ->
            Sql.first(
                c,
                "SELECT status, TIMESTAMPDIFF(MICROSECOND, published_at, NOW(3)) DIV 1000"
                    + " FROM fram.status",
                row -> new PublishedStatus(text(row, 1), row.getLong(2))));
  }

  @Override
  public long submitCommand(String command) {
    return session.write(
        "submitting a command",
        c -> {
          Sql.update(c, "INSERT INTO fram.command (command) VALUES (?)", command);
          return Sql.number(c, INSERTED);
        });
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
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'migration'")
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
