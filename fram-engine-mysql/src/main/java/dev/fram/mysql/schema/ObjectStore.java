// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the target knows of the schema's transfer: every object as the source had it, and which of
 * them Fram made. An object is marked before it is made: DDL commits by itself, and whatever is
 * marked and there is Fram's. All methods work on the caller's connection.
 */
final class ObjectStore {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.schema_object ("
          + "position int NOT NULL AUTO_INCREMENT UNIQUE,"
          + " kind varchar(20) NOT NULL,"
          + " db varchar(64) NOT NULL,"
          + " name varchar(400) NOT NULL,"
          + " body longtext NOT NULL,"
          + " made tinyint NOT NULL DEFAULT 0,"
          + " PRIMARY KEY (kind, db, name)"
          + ") ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private static final String STEPS =
      "CREATE TABLE IF NOT EXISTS fram.schema_step ("
          + "step varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY"
          + ") ENGINE=InnoDB";

  private ObjectStore() {}

  static void create(Connection connection) throws SQLException {
    Sql.run(connection, "CREATE DATABASE IF NOT EXISTS fram");
    Sql.run(connection, TABLE);
    Sql.run(connection, STEPS);
  }

  static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'fram'"
                + " AND table_name IN ('schema_object', 'schema_step')")
        == 2;
  }

  static boolean done(Connection connection, String step) throws SQLException {
    return Sql.number(connection, "SELECT count(*) FROM fram.schema_step WHERE step = ?", step) > 0;
  }

  static void record(Connection connection, String step) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO fram.schema_step (step) VALUES (?) ON DUPLICATE KEY UPDATE step = step",
        step);
  }

  static void forget(Connection connection, String step) throws SQLException {
    Sql.update(connection, "DELETE FROM fram.schema_step WHERE step = ?", step);
  }

  /** Objects of these kinds, in the order in which they were read. */
  static List<SchemaObject> all(Connection connection, Kind... kinds) throws SQLException {
    return read(connection, "", kinds);
  }

  /** Those that Fram has made, or was about to make. */
  static List<SchemaObject> made(Connection connection, Kind... kinds) throws SQLException {
    return read(connection, " AND made = 1", kinds);
  }

  private static List<SchemaObject> read(Connection connection, String condition, Kind... kinds)
      throws SQLException {
    String names =
        Arrays.stream(kinds).map(kind -> "'" + kind.name() + "'").collect(Collectors.joining(","));
    return Sql.list(
        connection,
        "SELECT body FROM fram.schema_object WHERE kind IN ("
            + names
            + ")"
            + condition
            + " ORDER BY position",
        row -> parse(row.getString(1)));
  }

  static boolean isMade(Connection connection, SchemaObject object) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM fram.schema_object"
                + " WHERE kind = ? AND db = ? AND name = ? AND made = 1",
            object.kind().name(),
            object.database(),
            object.name())
        > 0;
  }

  /** Keeps an object, or what it has become on the source meanwhile. */
  static void save(Connection connection, SchemaObject object) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO fram.schema_object (kind, db, name, body) VALUES (?, ?, ?, ?)"
            + " ON DUPLICATE KEY UPDATE body = ?",
        object.kind().name(),
        object.database(),
        object.name(),
        json(object),
        json(object));
  }

  static void mark(Connection connection, SchemaObject object, Made made) throws SQLException {
    Sql.update(
        connection,
        "UPDATE fram.schema_object SET made = ? WHERE kind = ? AND db = ? AND name = ?",
        made == Made.YES ? 1 : 0,
        object.kind().name(),
        object.database(),
        object.name());
  }

  static void remove(Connection connection, SchemaObject object) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM fram.schema_object WHERE kind = ? AND db = ? AND name = ?",
        object.kind().name(),
        object.database(),
        object.name());
  }

  static void forgetAll(Connection connection) throws SQLException {
    Sql.run(connection, "DELETE FROM fram.schema_step");
    Sql.run(connection, "DELETE FROM fram.schema_object");
  }

  /** Whether an object is Fram's to drop. */
  enum Made {
    YES,
    NO;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static String json(SchemaObject object) {
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static SchemaObject parse(String json) {
    try {
      return JSON.readValue(json, SchemaObject.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
