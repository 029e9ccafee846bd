// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.measure;

import dev.fram.api.probe.LinkProbe;
import dev.fram.postgresql.connection.Sql;
import java.sql.PreparedStatement;
import java.util.Arrays;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * The way to a server: a bound value that the server measures and forgets, and rows for COPY that
 * it makes up. One thread.
 */
final class PostgresLink implements LinkProbe {
  private static final int SENT = 1 << 20;
  private static final int ROWS = 512;
  private static final String MADE_UP =
      "COPY (SELECT repeat('x', 8000) FROM generate_series(1, " + ROWS + ")) TO STDOUT";

  private final ProbeSession session;
  private final byte[] bytes = new byte[SENT];

  PostgresLink(ProbeSession session) {
    this.session = session;
    Arrays.fill(bytes, (byte) 'x');
  }

  /** Our own end first: behind a pooler the server tells of the pooler's connection. */
  @Override
  public Optional<Tls> tls() {
    Optional<Tls> server =
        session.work(
            "asking for the encryption",
            c ->
                Sql.first(
                    c,
                    "SELECT version, cipher FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()",
                    row -> new Tls(row.getString(1), row.getString(2), Optional.empty())));
    return session.tls().or(() -> server);
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
          try (PreparedStatement statement = c.prepareStatement("SELECT octet_length(?::bytea)")) {
            statement.setBytes(1, bytes);
            statement.executeQuery().close();
          }
          return (long) SENT;
        });
  }

  @Override
  public long receive() {
    return session.work(
        "receiving",
        c -> {
          CopyOut rows = c.unwrap(PGConnection.class).getCopyAPI().copyOut(MADE_UP);
          long received = 0;
          for (byte[] row = rows.readFromCopy(); row != null; row = rows.readFromCopy()) {
            received += row.length;
          }
          return received;
        });
  }
}
