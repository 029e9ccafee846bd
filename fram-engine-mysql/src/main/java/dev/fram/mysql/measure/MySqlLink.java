// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.measure;

import dev.fram.api.probe.LinkProbe;
import dev.fram.mysql.connection.Encryption;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The way to a server: a value that the server measures and forgets, and rows that it makes up. One
 * thread.
 */
final class MySqlLink implements LinkProbe {
  private static final int MOST_SENT = 1 << 20;

  /** Below cte_max_recursion_depth's default, 1000. */
  private static final int ROWS = 512;

  private static final String MADE_UP =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
          + ROWS
          + ") SELECT REPEAT('x', 8000) FROM n";

  private final ProbeSession session;

  MySqlLink(ProbeSession session) {
    this.session = session;
  }

  /** Our own end first: behind a proxy the server tells of the proxy's connection. */
  @Override
  public Optional<Tls> tls() {
    return session.work(
        "asking for the encryption",
        c -> {
          Optional<Tls> own =
              Encryption.session(c).map(tls -> Tls.of(tls, session.encryption().checked()));
          String version = own.isPresent() ? "" : status(c, "Ssl_version");
          return version.isEmpty()
              ? own
              : Optional.of(new Tls(version, status(c, "Ssl_cipher"), Optional.empty()));
        });
  }

  private static String status(Connection connection, String name) throws SQLException {
    return Sql.first(connection, "SHOW SESSION STATUS LIKE '" + name + "'", row -> row.getString(2))
        .orElse("");
  }

  @Override
  public void roundTrip() {
    session.work("asking for an answer", c -> Sql.number(c, "SELECT 1"));
  }

  @Override
  public long send() {
    return session.work(
        "sending",
        c -> {
          long packet = Sql.number(c, "SELECT @@max_allowed_packet");
          // As text: bytes would go as hexadecimal digits, two for each.
          String text = "x".repeat((int) Math.min(MOST_SENT, packet / 2));
          try (PreparedStatement statement = c.prepareStatement("SELECT LENGTH(?)")) {
            statement.setString(1, text);
            statement.executeQuery().close();
          }
          return (long) text.length();
        });
  }

  @Override
  public long receive() {
    return session.work(
        "receiving",
        c -> {
          long received = 0;
          try (Statement statement = Sql.streaming(c);
              ResultSet rows = statement.executeQuery(MADE_UP)) {
            while (rows.next()) {
              received += rows.getBytes(1).length;
            }
          }
          return received;
        });
  }
}
