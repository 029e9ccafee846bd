// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** One WAL sender must be free on the source. */
final class WalSendersCheck implements Question {
  @Override
  public String code() {
    return "wal-senders";
  }

  @Override
  public String about() {
    return "One WAL sender must be free on the source.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long most = source.numberSetting("max_wal_senders");
    long used = source.number("SELECT count(*) FROM pg_stat_replication");
    String seen = source.name() + ": " + used + " of " + most + " WAL senders are used";
    return used < most
        ? pass(seen + ".")
        : fail(seen + "; one is needed.", "Raise max_wal_senders and restart the server.");
  }
}
