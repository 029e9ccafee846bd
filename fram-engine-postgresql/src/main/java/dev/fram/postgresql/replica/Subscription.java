// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.replica;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The target's subscription to the source, and its worker. Works on the caller's session, which is
 * in auto-commit mode and holds no transaction: most of these statements refuse one.
 */
public final class Subscription {
  private static final String ORIGIN =
      "SELECT coalesce(pg_replication_origin_progress('pg_' || oid, true), '0/0')::text"
          + " FROM pg_subscription WHERE subname = ? AND subdbid ="
          + " (SELECT oid FROM pg_database WHERE datname = current_database())";

  private static final String WORKER =
      "SELECT coalesce(pid, 0) FROM pg_stat_subscription WHERE subname = ? AND relid IS NULL"
          + " ORDER BY pid DESC NULLS LAST LIMIT 1";

  private static final String PUBLISHED =
      "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = ? ORDER BY 1, 2";

  private static final List<String> QUIET =
      List.of(
          "SET log_statement = 'none'",
          "SET log_min_duration_statement = -1",
          "SET log_min_error_statement = 'panic'");

  private static final List<String> AS_BEFORE =
      List.of(
          "RESET log_statement",
          "RESET log_min_duration_statement",
          "RESET log_min_error_statement");

  private final Connection connection;
  private final String server;
  private final String name;

  /**
   * @param server the target's name for people
   */
  public Subscription(Connection connection, String server, FeedName feed) {
    this.connection = connection;
    this.server = server;
    this.name = feed.text();
  }

  /** Asked of every target, also by a login that may ask nothing else of subscriptions. */
  public boolean exists() throws SQLException {
    return Sql.number(connection, "SELECT count(*) FROM pg_subscription WHERE subname = ?", name)
        > 0;
  }

  /**
   * How far it has come, on the disk: the end of the last transaction that its worker has applied,
   * 0/0 before the first.
   *
   * @throws FramException FEED_INVALID where somebody has dropped it
   */
  public Lsn reached() throws SQLException {
    return Sql.first(connection, ORIGIN, row -> Lsn.parse(row.getString(1)), name)
        .orElseThrow(() -> gone(server));
  }

  static FramException gone(String server) {
    return new FramException(
        ErrorCode.FEED_INVALID,
        server + ": Fram's subscription is gone.",
        "Somebody has dropped it, and how far it was is gone with it: run fram cancel and begin"
            + " again, and leave the subscription to Fram.");
  }

  /** The process number of its worker now; empty between two tries. */
  Optional<Integer> worker() throws SQLException {
    return Sql.first(connection, WORKER, row -> row.getInt(1), name).filter(pid -> pid > 0);
  }

  boolean enabled() throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_subscription WHERE subname = ? AND subenabled",
            name)
        > 0;
  }

  /**
   * Makes it where there is none, standing where the copy's snapshot was: its worker begins with
   * what that has not seen. It is made disabled; nothing is applied before {@link #follow}.
   *
   * @param start the slot's first point
   * @throws FramException why the source cannot be reached from here
   */
  void make(Source source, Lsn start, Turnstile turnstile) throws SQLException {
    if (exists()) {
      return;
    }
    turnstile.record(start);
    turnstile.set(tables(source));
    permitted(QUIET);
    try {
      Sql.run(connection, create(source));
    } catch (SQLException e) {
      throw refused(e, source);
    } finally {
      permitted(AS_BEFORE);
    }
  }

  /**
   * The source, as this server will know it.
   *
   * @param where its address
   * @param slot kept there for the subscription
   * @param publication what is followed
   */
  record Source(ReplicaRole role, ConnectionText where, String slot, String publication) {}

  private List<TableId> tables(Source source) throws SQLException {
    Connection there = source.role().source().open("publication");
    try {
      return Sql.list(
          there,
          PUBLISHED,
          row -> new TableId(row.getString(1), row.getString(2)),
          source.publication());
    } finally {
      Connector.abort(there);
    }
  }

  private String create(Source source) throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    return "CREATE SUBSCRIPTION "
        + Quoting.identifier(name)
        + " CONNECTION "
        + Quoting.literal(source.where().text(source.role().name(), source.role().make()))
        + " PUBLICATION "
        + Quoting.identifier(source.publication())
        + " WITH (enabled = false, create_slot = false, copy_data = false, slot_name = "
        + Quoting.literal(source.slot())
        // What is reported as applied must outlive a crash.
        + ", synchronous_commit = 'on'"
        // One worker, in the order of the commits.
        + (major >= 14 ? ", streaming = off" : "")
        + ")";
  }

  /** A statement with a password is kept out of the server's log where the login may do that. */
  private void permitted(List<String> settings) throws SQLException {
    for (String setting : settings) {
      try {
        Sql.run(connection, setting);
      } catch (SQLException e) {
        if (SqlErrors.code(e) != ErrorCode.PRIVILEGE_MISSING) {
          throw e;
        }
      }
    }
  }

  /** A password that it had may be void: whoever takes over makes a new one. */
  void renew(Source source) throws SQLException {
    permitted(QUIET);
    try {
      Sql.run(
          connection,
          "ALTER SUBSCRIPTION "
              + Quoting.identifier(name)
              + " CONNECTION "
              + Quoting.literal(source.where().text(source.role().name(), source.role().make())));
    } finally {
      permitted(AS_BEFORE);
    }
  }

  /** Its worker goes on. Idempotent. */
  void follow() throws SQLException {
    if (!enabled()) {
      Sql.run(connection, "ALTER SUBSCRIPTION " + Quoting.identifier(name) + " ENABLE");
    }
  }

  /**
   * Asks the source something through the subscription's own connection, from the target's machine.
   *
   * @return why that is not possible
   */
  Optional<SQLException> unreachable() {
    try {
      Sql.run(
          connection,
          "ALTER SUBSCRIPTION "
              + Quoting.identifier(name)
              + " REFRESH PUBLICATION WITH (copy_data = false)");
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e);
    }
  }

  /** Why it could not be made. */
  private FramException refused(SQLException e, Source source) {
    FramException plain =
        SqlErrors.translate(e, server, "making the subscription to " + source.where().address());
    return switch (plain.code()) {
      case CONNECTION_LOST, SERVER_UNREACHABLE, AUTHENTICATION_FAILED ->
          new FramException(
              ErrorCode.SERVER_SETTING,
              server
                  + ": it cannot reach the source at "
                  + source.where().address()
                  + ": "
                  + SqlErrors.message(e)
                  + ".",
              "The target's own machine has to reach the source there, and the source's pg_hba.conf"
                  + " to let "
                  + source.role().name()
                  + " in; --source-for-target names another address.",
              e);
      default -> plain;
    };
  }

  /**
   * Takes it away; its worker is gone afterwards, and so is how far it was. The slot on the source
   * stays. Idempotent.
   */
  public void remove() throws SQLException {
    new Turnstile(connection).end();
    if (exists()) {
      String quoted = Quoting.identifier(name);
      Sql.run(connection, "ALTER SUBSCRIPTION " + quoted + " DISABLE");
      Sql.run(connection, "ALTER SUBSCRIPTION " + quoted + " SET (slot_name = NONE)");
      Sql.run(connection, "DROP SUBSCRIPTION " + quoted);
    }
  }
}
