// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.measure;

import dev.fram.api.probe.Disk;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Encryption;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One session, opened when it is first used, and again after it was given up. One thread. */
final class ProbeSession {
  private final Connector connector;
  private final Kind kind;
  private @Nullable Connection connection;

  /** What the session may do. */
  enum Kind {
    READER,
    /** May load rows from here. Only for the target: it may ask for any file then. */
    WRITER
  }

  ProbeSession(Connector connector, Kind kind) {
    this.connector = connector;
    this.kind = kind;
  }

  /** What is done with the session. */
  @FunctionalInterface
  interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  String name() {
    return connector.name();
  }

  /** What the URI asks of encryption. */
  Encryption encryption() {
    return Encryption.of(connector.endpoint());
  }

  Disk disk() {
    return work("asking for the disk", c -> ServerDisk.of(c, connector));
  }

  <T> T work(String doing, Work<T> work) {
    Connection current = connection;
    boolean fresh = current == null;
    if (current == null) {
      current =
          switch (kind) {
            case READER -> connector.open("measure");
            case WRITER -> connector.openWriter("measure");
          };
      connection = current;
    }
    try {
      if (fresh) {
        // Each column's own bytes come as they are, as in a copy.
        Sql.run(current, "SET character_set_results = NULL");
      }
      return work.with(current);
    } catch (SQLException e) {
      giveUp();
      throw SqlErrors.translate(e, connector.name(), doing);
    }
  }

  /** Ends the session, whatever it is doing. */
  void giveUp() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      Connector.abort(current);
    }
  }
}
