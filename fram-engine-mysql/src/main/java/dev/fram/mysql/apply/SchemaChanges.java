// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.DdlStatement;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs statements that change the schema at their place in the feed. A statement commits by itself,
 * apart from the position; so its intent is durable before it, and goes with the position's commit
 * after it. When an intent is found, the statement may have been run: it is tried again, and "is
 * there already" or "is gone already" then means that it was. Owned by the applier's thread.
 */
final class SchemaChanges {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaChanges.class);

  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.statement (only_one tinyint NOT NULL DEFAULT 1 PRIMARY KEY,"
          + " place varchar(255) NOT NULL, looks longtext NOT NULL)"
          + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  /**
   * What the server says when it was done before: database, table, view, column, key, constraint,
   * routine, trigger or event exists; or is not there.
   */
  private static final Set<Integer> DONE_BEFORE =
      Set.of(
          1007, 1008, 1050, 1051, 1060, 1061, 1091, 1146, 1304, 1305, 1359, 1360, 1537, 1539, 1826,
          1022, 1068, 1054, 1176, 3822, 4092);

  /** What the target must not have before the cutover, or has in its own state. */
  private static final Set<String> LATER = Set.of("TRIGGER", "EVENT");

  private static final Set<String> OBJECTS =
      Set.of("TABLE", "VIEW", "PROCEDURE", "FUNCTION", "DATABASE", "SCHEMA", "INDEX", "SEQUENCE");

  private final TargetSession session;
  private final Catalog catalog;
  private final Fences fences;
  private boolean open;

  SchemaChanges(TargetSession session, Catalog catalog, Fences fences) {
    this.session = session;
    this.catalog = catalog;
    this.fences = fences;
  }

  static void prepare(Connection connection) throws SQLException {
    Sql.run(connection, TABLE);
  }

  /** For the policy that waits for a person. */
  FramException ask(DdlStatement statement) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        "The source has changed its schema at "
            + statement.at()
            + ": "
            + head(statement)
            + " ... Everything before it is on the target; nothing behind it is.",
        "Run fram migrate with --ddl=replicate to have it run on the target too, with"
            + " --ddl=ignore to leave it out, or fram cancel.");
  }

  /** The first words: more of it may hold values. */
  private static String head(DdlStatement statement) {
    String[] words = statement.sql().strip().split("\\s+", 5);
    return String.join(" ", List.of(words).subList(0, Math.min(4, words.length)));
  }

  /** Leaves a transaction open that holds the feed's row again. */
  void run(DdlStatement statement, Position from) throws SQLException {
    if (belongsToTheCutover(statement)) {
      LOG.info("{}: left for the cutover: {}", session.server(), head(statement));
      return;
    }
    Connection connection = session.connection();
    Map<TableId, Fingerprint> before = catalog.fingerprints(connection);
    Optional<Map<TableId, Fingerprint>> earlier = intent(statement, before);
    connection.commit();
    execute(statement, earlier.isPresent());
    session.lockFeed(from);
    open = true;
    remember(earlier.orElse(before), catalog.fingerprints(connection), from);
    LOG.info("{}: done at {}: {}", session.server(), statement.at(), head(statement));
  }

  /** Where somebody else runs the statement, behind what is done by now: only its intent. */
  void expect(DdlStatement statement) throws SQLException {
    Connection connection = session.connection();
    connection.rollback();
    intent(statement, catalog.fingerprints(connection));
    connection.commit();
  }

  /**
   * Where somebody else has run the statements up to here, with the position's commit: what the
   * tables look like now is known.
   *
   * @return whether there was any
   */
  boolean followed(Position at) throws SQLException {
    Connection connection = session.connection();
    Optional<String> before =
        Sql.first(connection, "SELECT looks FROM fram.statement", row -> row.getString(1));
    if (before.isPresent()) {
      remember(looks(before.get()), catalog.fingerprints(connection), at);
      Sql.run(connection, "DELETE FROM fram.statement");
    }
    return before.isPresent();
  }

  /** With the position's commit the intent has had its outcome. */
  void settle() throws SQLException {
    if (open) {
      Sql.run(session.connection(), "DELETE FROM fram.statement");
      open = false;
    }
  }

  /** Triggers and events are made from the source's at the cutover. */
  private static boolean belongsToTheCutover(DdlStatement statement) {
    String[] words = statement.sql().strip().toUpperCase(Locale.ROOT).split("\\s+", 13);
    for (String word : words) {
      if (LATER.contains(word)) {
        return true;
      }
      if (OBJECTS.contains(word)) {
        return false;
      }
    }
    return false;
  }

  /**
   * Returns what the tables looked like before, when it was there already: an earlier run may have
   * run the statement.
   */
  private Optional<Map<TableId, Fingerprint>> intent(
      DdlStatement statement, Map<TableId, Fingerprint> before) throws SQLException {
    Connection connection = session.connection();
    Optional<String> known =
        Sql.first(
            connection,
            "SELECT looks FROM fram.statement WHERE place = ?",
            row -> row.getString(1),
            statement.at());
    if (known.isPresent()) {
      return known.map(SchemaChanges::looks);
    }
    Sql.run(connection, "DELETE FROM fram.statement");
    Sql.update(
        connection,
        "INSERT INTO fram.statement (place, looks) VALUES (?, ?)",
        statement.at(),
        text(before));
    return Optional.empty();
  }

  private static String text(Map<TableId, Fingerprint> looks) {
    StringBuilder text = new StringBuilder();
    looks.forEach((table, look) ->
        text.append(table.schema())
            .append('\u0001')
            .append(table.name())
            .append('\u0001')
            .append(look.definition())
            .append('\u0001')
            .append(look.storage())
            .append('\u0002'));
    return text.toString();
  }

  private static Map<TableId, Fingerprint> looks(String text) {
    Map<TableId, Fingerprint> looks = new TreeMap<>();
    for (String line : text.split("\u0002", -1)) {
      String[] parts = line.split("\u0001", -1);
      if (parts.length == 4) {
        looks.put(new TableId(parts[0], parts[1]), new Fingerprint(parts[2], parts[3]));
      }
    }
    return looks;
  }

  private void execute(DdlStatement statement, boolean again) throws SQLException {
    Connection connection = session.connection();
    connection.setAutoCommit(true);
    try {
      settings(connection, statement);
      try (Statement run = connection.createStatement()) {
        run.setEscapeProcessing(false);
        run.execute(statement.sql());
      }
    } catch (SQLException e) {
      if (!again || !DONE_BEFORE.contains(e.getErrorCode())) {
        throw refused(e, statement);
      }
      LOG.info("{}: an earlier run has done it: {}", session.server(), head(statement));
    } finally {
      if (!connection.isClosed()) {
        TargetSession.prepare(connection);
        connection.setAutoCommit(false);
      }
    }
  }

  /** A lost session keeps its code; what the target refuses waits for a person. */
  private SQLException refused(SQLException e, DdlStatement statement) {
    FramException problem =
        SqlErrors.translate(e, session.server(), "running " + head(statement) + " ...");
    return switch (problem.category()) {
      case TRANSIENT -> e;
      case FAILED, USAGE, PRECONDITION, HELD, DIVERGENCE, UNKNOWN_OUTCOME, BUG ->
          throw new FramException(
              ErrorCode.SCHEMA_DRIFT,
              problem.seen(),
              "Make the change possible on the target; it is tried again.",
              e);
    };
  }

  private static void settings(Connection connection, DdlStatement statement) throws SQLException {
    Sql.run(connection, "SET SESSION sql_mode = " + statement.sqlMode());
    if (statement.database().isPresent() && !statement.database().get().isEmpty()) {
      Sql.run(connection, "USE " + Quoting.identifier(statement.database().get()));
    }
    if (statement.timeZone().isPresent()) {
      Sql.run(connection, "SET SESSION time_zone = " + Quoting.literal(statement.timeZone().get()));
    }
    if (statement.charsets().isPresent()) {
      DdlStatement.Charsets c = statement.charsets().get();
      // The client's stays ours: the statement's text comes in it.
      Sql.run(
          connection,
          "SET SESSION collation_connection = "
              + c.connection()
              + ", collation_server = "
              + c.server());
    }
  }

  /** The journal's picture of the tables follows: what is new is live from here on. */
  private void remember(
      Map<TableId, Fingerprint> before, Map<TableId, Fingerprint> after, Position at)
      throws SQLException {
    Connection connection = session.connection();
    for (Map.Entry<TableId, Fingerprint> entry : after.entrySet()) {
      TableId table = entry.getKey();
      Fingerprint look = entry.getValue();
      if (!before.containsKey(table)) {
        Sql.update(
            connection,
            "REPLACE INTO fram.table_state (schema_name, table_name, stage, fence_kind, fence,"
                + " definition, storage, row_count, byte_count)"
                + " VALUES (?, ?, ?, 'exact', ?, ?, ?, 0, 0)",
            table.schema(),
            table.name(),
            TableState.Stage.READY_TO_FOLLOW.name(),
            at.text(),
            look.definition(),
            look.storage());
        fences.created(table, (BinlogPosition) at);
      } else if (!look.equals(before.get(table))) {
        Sql.update(
            connection,
            "UPDATE fram.table_state SET definition = ?, storage = ?"
                + " WHERE schema_name = ? AND table_name = ?",
            look.definition(),
            look.storage(),
            table.schema(),
            table.name());
      }
    }
    for (TableId gone : before.keySet()) {
      if (!after.containsKey(gone)) {
        Sql.update(
            connection,
            "DELETE FROM fram.table_state WHERE schema_name = ? AND table_name = ?",
            gone.schema(),
            gone.name());
        fences.forget(gone);
      }
    }
  }
}
