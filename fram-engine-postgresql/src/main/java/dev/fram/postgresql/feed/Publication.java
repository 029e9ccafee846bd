// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The publication, always a list of tables: with ALL TABLES the application's own UPDATE would fail
 * on each table that has no key. Partitions are published by themselves, not through their root: a
 * partition that is detached stays published.
 *
 * <p>What is committed while a table is not in it is never sent, and nothing in the feed tells. So
 * its comment says what it was made of: the publication's own row, as a version of it that only
 * this transaction wrote, and each membership's oid, which a membership that was taken away and
 * given back does not have any more.
 */
public final class Publication {
  private static final String LIST =
      "SELECT n.nspname, c.relname FROM pg_publication p"
          + " JOIN pg_publication_rel r ON r.prpubid = p.oid"
          + " JOIN pg_class c ON c.oid = r.prrelid"
          + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE p.pubname = ?";

  /** Whole schemas can be published since 15; Fram publishes none. */
  private static final String SCHEMAS =
      "(SELECT count(*) FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)";

  private static final String MEMBERS =
      "SELECT r.oid || '/' || r.prrelid FROM pg_publication_rel r"
          + " JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = ? ORDER BY r.oid";

  private static final String COMMENT =
      "SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = ?";

  private static final String WARNING = "Made by Fram. Whatever alters it loses changes. ";
  private static final int SHOWN = 5;

  private final String name;

  public Publication(FeedName name) {
    this.name = name.text();
  }

  /**
   * Makes the publication hold these tables. Tables that are in it and not in the list stay: the
   * feed may have changes of them that were not applied. In a transaction of its own, on a session
   * in auto-commit mode.
   *
   * @return whether anything was changed: snapshots then have to wait behind a new barrier
   */
  public boolean publish(Connection connection, List<TableId> tables) throws SQLException {
    Set<TableId> present = new HashSet<>(tables(connection));
    List<TableId> missing = tables.stream().filter(table -> !present.contains(table)).toList();
    boolean exists = exists(connection);
    if (exists && missing.isEmpty()) {
      return false;
    }
    connection.setAutoCommit(false);
    try {
      Sql.run(connection, exists ? add(missing) : create(tables));
      describe(connection);
      connection.commit();
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    return true;
  }

  /**
   * What has become of the publication since Fram made it; empty when it is in order. A table that
   * is gone altogether is none of its business.
   */
  public Optional<String> fault(Connection connection) throws SQLException {
    if (!exists(connection)) {
      return Optional.of("publication " + name + " is gone");
    }
    String comment = Sql.text(connection, COMMENT, name);
    if (!comment.startsWith(WARNING)) {
      return Optional.of("publication " + name + " is not the one that Fram made");
    }
    String[] made = comment.substring(WARNING.length()).split(" ", -1);
    Set<String> then = new HashSet<>(List.of(made).subList(1, made.length));
    Set<String> now = new HashSet<>(members(connection));
    List<String> wrong = new ArrayList<>();
    if (!made[0].equals(head(connection))) {
      wrong.add("it was altered or made anew");
    }
    for (String member : then) {
      if (!now.contains(member)) {
        table(connection, member).ifPresent(t -> wrong.add("table " + t + " was taken out of it"));
      }
    }
    for (String member : now) {
      if (!then.contains(member)) {
        table(connection, member).ifPresent(t -> wrong.add("table " + t + " was put into it"));
      }
    }
    return wrong.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "publication "
                + name
                + " is not what it was: "
                + wrong.stream().sorted().limit(SHOWN).collect(Collectors.joining(", "))
                + "; changes may have been left out of the log");
  }

  public void drop(Connection connection) throws SQLException {
    Sql.run(connection, "DROP PUBLICATION IF EXISTS " + Quoting.identifier(name));
  }

  private void describe(Connection connection) throws SQLException {
    String text = WARNING + head(connection) + " " + String.join(" ", members(connection));
    Sql.run(
        connection,
        "COMMENT ON PUBLICATION "
            + Quoting.identifier(name)
            + " IS "
            + Quoting.literal(text.strip()));
  }

  private String head(Connection connection) throws SQLException {
    boolean schemas = connection.getMetaData().getDatabaseMajorVersion() >= 15;
    return Sql.text(
        connection,
        "SELECT p.oid || '.' || p.xmin || '.' || "
            + (schemas ? SCHEMAS : "0")
            + " FROM pg_publication p WHERE p.pubname = ?",
        name);
  }

  private List<String> members(Connection connection) throws SQLException {
    return Sql.list(connection, MEMBERS, row -> row.getString(1), name);
  }

  private static Optional<TableId> table(Connection connection, String member) throws SQLException {
    return Sql.first(
        connection,
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.oid = ?::oid",
        row -> new TableId(row.getString(1), row.getString(2)),
        member.substring(member.indexOf('/') + 1));
  }

  private List<TableId> tables(Connection connection) throws SQLException {
    return Sql.list(connection, LIST, row -> new TableId(row.getString(1), row.getString(2)), name);
  }

  private boolean exists(Connection connection) throws SQLException {
    return Sql.number(connection, "SELECT count(*) FROM pg_publication WHERE pubname = ?", name)
        > 0;
  }

  private String create(List<TableId> tables) {
    return "CREATE PUBLICATION "
        + Quoting.identifier(name)
        + (tables.isEmpty() ? "" : " FOR TABLE " + only(tables))
        + " WITH (publish = 'insert, update, delete, truncate',"
        + " publish_via_partition_root = false)";
  }

  private String add(List<TableId> tables) {
    return "ALTER PUBLICATION " + Quoting.identifier(name) + " ADD TABLE " + only(tables);
  }

  private static String only(List<TableId> tables) {
    return tables.stream()
        .map(table -> "ONLY " + Quoting.table(table))
        .collect(Collectors.joining(", "));
  }
}
