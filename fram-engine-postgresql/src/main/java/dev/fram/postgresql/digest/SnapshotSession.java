// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A session in one read-only transaction, which sees the rows of one moment. Each read is a
 * savepoint that is taken back: its locks go with it, so that an ALTER TABLE or TRUNCATE waits for
 * one read and not for the whole comparison, and after an error the moment can still be read. Owned
 * by one thread.
 */
final class SnapshotSession implements AutoCloseable {
  /**
   * The catalog's rows are those of the moment, what the functions say is now. A table that was
   * truncated or rewritten since looks empty, or as it is now (manual 13.6).
   */
  private static final String UNTOUCHED =
      """
      SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ? AND c.oid = ?::regclass
        AND c.relfilenode = coalesce(pg_relation_filenode(c.oid), 0)
      """;

  private static final String BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

  private final Connector server;
  private final Connection connection;

  private SnapshotSession(Connector server, Connection connection) {
    this.server = server;
    this.connection = connection;
  }

  /** The server's name for people. */
  String server() {
    return server.name();
  }

  /** Begins; the first statement that is run settles the moment. */
  static SnapshotSession begin(Connector server) {
    Connection connection = server.open("compare");
    try {
      // Who waits for a lock holds up all that come after: no application may stand behind Fram.
      Sql.run(connection, "SET lock_timeout = '1s'; " + BEGIN);
      return new SnapshotSession(server, connection);
    } catch (SQLException e) {
      Connector.abort(connection);
      throw SqlErrors.translate(e, server.name(), "beginning to compare");
    }
  }

  /** Lets go of the moment: no snapshot is held, and nothing can be read until {@link #renew}. */
  void rest() {
    run("COMMIT", "ending a comparison");
  }

  /** Begins another moment. */
  void renew() {
    run("COMMIT; " + BEGIN, "beginning to compare");
  }

  private void run(String sql, String doing) {
    try {
      Sql.run(connection, sql);
    } catch (SQLException e) {
      throw translated(e, doing);
    }
  }

  /** Reads from the catalogs or from Fram's own tables. */
  <T> T ask(String doing, SharedSession.Work<T> work) {
    try {
      return inSavepoint("", work);
    } catch (SQLException e) {
      throw translated(e, doing);
    }
  }

  /**
   * Reads a table. It cannot be rewritten while it is read.
   *
   * @throws FramException SNAPSHOT_BROKEN when it was rewritten, altered or dropped before;
   *     LOCK_TIMEOUT when someone alters it now
   */
  <T> T read(TableId table, SharedSession.Work<T> work) {
    try {
      String lock = "LOCK TABLE ONLY " + Quoting.table(table) + " IN ACCESS SHARE MODE";
      return inSavepoint(
          lock,
          c -> {
            if (Sql.number(c, UNTOUCHED, table.schema(), table.name(), Quoting.table(table)) != 1) {
              throw broken(table, "rewritten or truncated");
            }
            return work.with(c);
          });
    } catch (SQLException e) {
      throw switch (e.getSQLState() == null ? "" : e.getSQLState()) {
        case "42P01", "3F000", "42703" -> broken(table, "altered or dropped");
        default -> translated(e, "reading " + table);
      };
    }
  }

  /**
   * @param first a statement that is sent along with the savepoint
   */
  private <T> T inSavepoint(String first, SharedSession.Work<T> work) throws SQLException {
    try {
      Sql.run(connection, "SAVEPOINT fram" + (first.isEmpty() ? "" : "; " + first));
      T result = work.with(connection);
      takeBack();
      return result;
    } catch (SQLException | RuntimeException e) {
      try {
        takeBack();
      } catch (SQLException dead) {
        e.addSuppressed(dead);
      }
      throw e;
    }
  }

  private void takeBack() throws SQLException {
    Sql.run(connection, "ROLLBACK TO SAVEPOINT fram; RELEASE SAVEPOINT fram");
  }

  private FramException broken(TableId table, String what) {
    return new FramException(
        ErrorCode.SNAPSHOT_BROKEN,
        server.name() + ": table " + table + " was " + what + " since the moment of comparison.",
        "It is compared again.");
  }

  private FramException translated(SQLException e, String doing) {
    return SqlErrors.translate(e, server.name(), doing);
  }

  @Override
  public void close() {
    Connector.abort(connection);
  }
}
