// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Fact;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the statement that makes a program, under the settings that the server keeps with it:
 * sql_mode, character sets, the database's collation of that day, an event's time zone. Works on
 * the caller's session and leaves its settings as they were.
 */
final class ObjectSettings {
  private static final Set<String> UTF8 = Set.of("utf8mb4", "utf8mb3", "utf8");

  /** Of a later or other server's modes, one that this server does not know cannot be set. */
  private static final int WRONG_VALUE = 1231;

  private ObjectSettings() {}

  static void make(Connection connection, SchemaObject object) throws SQLException {
    SchemaSession.use(connection, object.database());
    String now = SourceReader.collation(connection, object.database());
    String then = object.fact(Fact.DATABASE_COLLATION).orElse(now);
    try {
      alterCollation(connection, object.database(), now, then);
      apply(connection, object);
      SchemaSession.run(connection, object.text());
    } finally {
      SchemaSession.restore(connection);
      alterCollation(connection, object.database(), then, now);
    }
  }

  /** The server keeps the database's collation with a routine: it can be had in no other way. */
  private static void alterCollation(Connection connection, String database, String from, String to)
      throws SQLException {
    if (!from.equals(to)) {
      Sql.run(connection, "ALTER DATABASE " + Quoting.identifier(database) + " COLLATE = " + to);
    }
  }

  private static void apply(Connection connection, SchemaObject object) throws SQLException {
    if (object.fact(Fact.SQL_MODE).isPresent()) {
      setMode(connection, object.fact(Fact.SQL_MODE).get());
    }
    Optional<String> zone = object.fact(Fact.TIME_ZONE);
    if (zone.isPresent()) {
      Sql.run(connection, "SET SESSION time_zone = " + Quoting.literal(zone.get()));
    }
    // The text travels as UTF-8. For another client character set that is right as long as the
    // text is plain ASCII; otherwise UTF-8 is what is kept with the object: the literals of a
    // program have the connection's collation anyway, and so the same characters.
    String client = object.fact(Fact.CLIENT).orElse("utf8mb4");
    if (UTF8.contains(client) || StandardCharsets.US_ASCII.newEncoder().canEncode(object.text())) {
      Sql.run(connection, "SET SESSION character_set_client = " + client);
    }
    Optional<String> collation = object.fact(Fact.CONNECTION_COLLATION);
    if (collation.isPresent()) {
      Sql.run(connection, "SET SESSION collation_connection = " + collation.get());
    }
  }

  private static void setMode(Connection connection, String modes) throws SQLException {
    try {
      Sql.run(connection, "SET SESSION sql_mode = " + Quoting.literal(modes));
    } catch (SQLException e) {
      if (e.getErrorCode() != WRONG_VALUE) {
        throw e;
      }
      // MySQL 8.0 has no NO_AUTO_CREATE_USER any more, which a routine of 5.7 still names.
      Sql.run(connection, "SET SESSION sql_mode = ''");
      for (String mode : modes.split(",", -1)) {
        SchemaSession.setMode(connection, mode);
      }
    }
  }
}
