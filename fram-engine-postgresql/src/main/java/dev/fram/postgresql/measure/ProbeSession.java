// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.measure;

import dev.fram.api.probe.Disk;
import dev.fram.api.probe.LinkProbe;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.ServerDisk;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** One session, opened when it is first used, and again after it was given up. One thread. */
final class ProbeSession {
  private final Connector connector;
  private @Nullable Connection connection;
  private Optional<SSLSession> tls = Optional.empty();

  ProbeSession(Connector connector) {
    this.connector = connector;
  }

  /** What is done with the session. */
  @FunctionalInterface
  interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  String name() {
    return connector.name();
  }

  Disk disk() {
    return work("asking for the data directory", c -> ServerDisk.of(c, connector));
  }

  <T> T work(String doing, Work<T> work) {
    Connection current = connection;
    boolean fresh = current == null;
    if (current == null) {
      Connector.Seen seen = connector.openSeen("measure");
      current = seen.connection();
      connection = current;
      tls = seen.tls();
    }
    try {
      if (fresh) {
        // As the copy and the apply do, whatever the role's or the database's default.
        Sql.run(current, "SET synchronous_commit = on");
      }
      return work.with(current);
    } catch (SQLException e) {
      giveUp();
      throw SqlErrors.translate(e, connector.name(), doing);
    }
  }

  /** How the session is encrypted, as this end has it; empty before it is open. */
  Optional<LinkProbe.Tls> tls() {
    return tls.map(session -> LinkProbe.Tls.of(session, connector.checked()));
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
