// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Takes everything away that the transfer made, and nothing else; last made, first dropped. */
final class SchemaDrop {
  private static final List<Kind> ORDER =
      List.of(
          Kind.EVENT,
          Kind.TRIGGER,
          Kind.VIEW,
          Kind.PACKAGE_BODY,
          Kind.PACKAGE,
          Kind.PROCEDURE,
          Kind.FUNCTION,
          Kind.TABLE,
          Kind.SEQUENCE);

  private SchemaDrop() {}

  static void run(Connection connection) throws SQLException {
    if (!ObjectStore.exists(connection)) {
      return;
    }
    for (Kind kind : ORDER) {
      for (SchemaObject object : ObjectStore.made(connection, kind)) {
        Programs.drop(connection, object);
      }
    }
    for (SchemaObject database : ObjectStore.made(connection, Kind.DATABASE)) {
      dropIfEmpty(connection, database.name());
    }
    for (SchemaObject database : ObjectStore.all(connection, Kind.DATABASE)) {
      Optional<String> before = database.fact(Fact.BEFORE);
      if (before.isPresent()) {
        Sql.run(
            connection,
            "ALTER DATABASE " + Quoting.identifier(database.name()) + " COLLATE = " + before.get());
      }
    }
    Accounts.drop(connection);
    ObjectStore.forgetAll(connection);
  }

  /** Somebody may have put something of his own into it meanwhile. */
  private static void dropIfEmpty(Connection connection, String database) throws SQLException {
    if (TargetContent.read(connection, List.of(database)).empty()) {
      Sql.run(connection, "DROP DATABASE IF EXISTS " + Quoting.identifier(database));
    }
  }
}
