// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes everything away that the transfer made, and nothing else: the archive's own objects, last
 * first; large objects that were not there before; roles that Fram created and nothing needs.
 */
final class SchemaDrop {
  private final Connector source;
  private final TargetScript target;
  private final Set<SchemaOption> options;

  SchemaDrop(Connector source, TargetScript target, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.options = options;
  }

  void run(long epoch) {
    boolean made =
        target.fenced(
            epoch,
            "looking for what was made",
            c -> ArchiveStore.exists(c) && ArchiveStore.areTablesDone(c));
    if (!made) {
      return;
    }
    ClientTools tools = ServerMajors.of(source, target).tools();
    LoadedSchema schema = LoadedSchema.load(target, tools, options);
    target.fenced(
        epoch,
        "dropping what was made",
        connection -> {
          // Event triggers first of all: they would fire on every DROP that follows.
          Finish.undo(connection, schema, target);
          dropObjects(connection, schema);
          dropLargeObjects(connection);
          dropRoles(connection);
          forgetAll(connection);
          return true;
        });
  }

  private static void dropObjects(Connection connection, LoadedSchema schema) throws SQLException {
    Set<String> kept = ArchiveStore.withPrefix(connection, TableCreation.KEPT);
    List<TocEntry> made = new ArrayList<>();
    made.addAll(schema.plan().tables());
    made.addAll(schema.plan().keys());
    made.addAll(schema.plan().rest());
    made.addAll(schema.plan().foreignKeys());
    made.addAll(schema.plan().finish());
    made.addAll(schema.plan().eventTriggers());
    Set<TocEntry> wanted = new HashSet<>(made);
    wanted.removeIf(entry -> kept.contains(String.valueOf(entry.dumpId())));
    // Keys go with their tables; by themselves a partition's cannot be dropped, though pg_dump
    // writes so.
    wanted.removeIf(entry -> entry.type().equals("CONSTRAINT"));
    // In the archive's order: pg_restore drops in the reverse of the list.
    List<TocEntry> inOrder = schema.archive().entries().stream().filter(wanted::contains).toList();
    if (!inOrder.isEmpty()) {
      TargetScript.run(connection, schema.archive().dropScript(inOrder));
    }
  }

  private static void dropLargeObjects(Connection connection) throws SQLException {
    Set<Long> before = LargeObjects.before(connection);
    for (long oid : LargeObjects.oids(connection)) {
      if (!before.contains(oid)) {
        LargeObjects.unlink(connection, oid);
      }
    }
  }

  /** A role that owns something in another database by now stays: DROP ROLE refuses. */
  private static void dropRoles(Connection connection) throws SQLException {
    for (String role : ArchiveStore.withPrefix(connection, RoleTransfer.STEP)) {
      String name = Quoting.identifier(role);
      String database = Quoting.identifier(connection.getCatalog());
      Attempt.run(connection, "REVOKE ALL ON DATABASE " + database + " FROM " + name);
      if (ownsNothing(connection, role)) {
        // What is left are grants and default grants to it, which would keep it alive.
        Attempt.run(connection, "DROP OWNED BY " + name);
      }
      Attempt.run(connection, "DROP ROLE IF EXISTS " + name);
    }
  }

  private static boolean ownsNothing(Connection connection, String role) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid"
                + " WHERE s.refclassid = 'pg_authid'::regclass AND s.deptype = 'o'"
                + " AND s.classid <> 'pg_default_acl'::regclass AND r.rolname = ?",
            role)
        == 0;
  }

  private static void forgetAll(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("DELETE FROM fram.schema_step");
      statement.executeUpdate("DELETE FROM fram.schema_archive");
    }
  }
}
