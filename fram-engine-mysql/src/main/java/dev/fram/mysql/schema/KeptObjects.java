// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.model.MigrationId;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code fram.kept_object} on the old server: triggers that were dropped, and events that were
 * disabled, for as long as the new server's writes come here, each as the server printed it and in
 * the order in which it was read. Works on the caller's session.
 */
final class KeptObjects {
  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.kept_object ("
          + "position int NOT NULL AUTO_INCREMENT UNIQUE,"
          + " id varchar(16) NOT NULL,"
          + " kind varchar(20) NOT NULL,"
          + " db varchar(64) NOT NULL,"
          + " name varchar(64) NOT NULL,"
          + " body longtext NOT NULL,"
          + " PRIMARY KEY (id, kind, db, name)"
          + ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private final Connection connection;
  private final MigrationId id;

  KeptObjects(Connection connection, MigrationId id) {
    this.connection = connection;
    this.id = id;
  }

  void prepare() throws SQLException {
    Sql.run(connection, TABLE);
  }

  boolean exist() throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'kept_object'")
        > 0;
  }

  /**
   * All of them or none, so that their order is that of one reading. What is kept stays as it is.
   */
  void save(List<SchemaObject> objects) throws SQLException {
    connection.setAutoCommit(false);
    try {
      for (SchemaObject object : objects) {
        Sql.update(
            connection,
            "INSERT INTO fram.kept_object (id, kind, db, name, body) VALUES (?, ?, ?, ?, ?)"
                + " ON DUPLICATE KEY UPDATE id = VALUES(id)",
            id.value(),
            object.kind().name(),
            object.database(),
            object.name(),
            ObjectStore.json(object));
      }
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
  }

  List<SchemaObject> of(Kind kind) throws SQLException {
    return Sql.list(
        connection,
        "SELECT body FROM fram.kept_object WHERE id = ? AND kind = ? ORDER BY position",
        row -> ObjectStore.parse(row.getString(1)),
        id.value(),
        kind.name());
  }

  void forget() throws SQLException {
    if (!exist()) {
      return;
    }
    Sql.update(connection, "DELETE FROM fram.kept_object WHERE id = ?", id.value());
    if (Sql.number(connection, "SELECT COUNT(*) FROM fram.kept_object") == 0) {
      Sql.run(connection, "DROP TABLE fram.kept_object");
    }
  }
}
