// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The source must keep its log for longer than the migration may lag behind. */
final class BinlogRetentionCheck implements Question {
  @Override
  public String code() {
    return "binlog-retention";
  }

  @Override
  public String about() {
    return "The source must keep its log for longer than the migration may lag behind.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<Finding> findings = new ArrayList<>();
    long bytes = servers.tables().stream().mapToLong(table -> table.storage().bytes()).sum();
    LogExpiry expiry = LogExpiry.of(source.connection());
    findings.add(kept(source, expiry, forecast(bytes)));
    long limit = source.numberSetting("max_binlog_total_size");
    if (limit > 0) {
      findings.add(
          Finding.warn(
              code(),
              source.name()
                  + ": max_binlog_total_size keeps only "
                  + Servers.bytes(limit)
                  + " of log.",
              "SET GLOBAL max_binlog_total_size = 0 for the migration. No restart is needed."));
    }
    return findings;
  }

  private static final long BYTES_PER_SECOND = 20L << 20;

  /** Twice the copy at a slow pace, and an hour for what comes before and behind it. */
  private static Duration forecast(long bytes) {
    return Duration.ofSeconds(2 * bytes / BYTES_PER_SECOND).plusHours(1);
  }

  private Finding kept(Server source, LogExpiry expiry, Duration needed) {
    if (expiry.kept().isEmpty()) {
      return Finding.pass(code(), source.name() + ": the binary log is never purged by itself.");
    }
    Duration kept = expiry.kept().get();
    String seen =
        source.name()
            + ": the binary log is kept for "
            + kept.toMinutes()
            + " min ("
            + expiry.setBy()
            + "); the copy is expected to need up to "
            + needed.toMinutes()
            + " min of it.";
    if (kept.compareTo(needed) < 0) {
      return Finding.fail(code(), seen, expiry.remedy(needed.multipliedBy(4)));
    }
    return kept.compareTo(Duration.ofHours(24)) < 0
        ? Finding.warn(code(), seen, expiry.remedy(Duration.ofDays(7)))
        : Finding.pass(code(), seen);
  }
}
