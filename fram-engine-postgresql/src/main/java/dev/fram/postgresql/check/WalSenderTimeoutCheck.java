// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * A very short timeout of the source's WAL senders breaks the feed whenever Fram or the network
 * pauses.
 */
final class WalSenderTimeoutCheck implements Question {
  private static final long SHORT = 10_000;

  @Override
  public String code() {
    return "wal-sender-timeout";
  }

  @Override
  public String about() {
    return "A very short timeout of the source's WAL senders breaks the feed whenever Fram or the network pauses.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long millis = source.numberSetting("wal_sender_timeout");
    String seen = source.name() + ": wal_sender_timeout is " + millis + " ms";
    return millis > 0 && millis < SHORT
        ? warn(seen + ".", "Set it to 60000 ms (the default) for Fram's login or the server.")
        : pass(seen + (millis == 0 ? " (off)." : "."));
  }
}
