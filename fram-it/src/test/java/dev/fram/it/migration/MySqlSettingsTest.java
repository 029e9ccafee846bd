// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.TableOptions;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema.Part;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a source's binary log may be set to: each a whole migration under load. */
class MySqlSettingsTest {
  private static final MySqlRound ROUND =
      new MySqlRound(500, Set.of(), WorkloadOptions.standard().withRate(40).withPrepared(1));

  private static final String WITHOUT_GTIDS =
      "gtid_mode = ON_PERMISSIVE; gtid_mode = OFF_PERMISSIVE; gtid_mode = OFF";
  private static final String WITH_GTIDS =
      "gtid_mode = OFF_PERMISSIVE; gtid_mode = ON_PERMISSIVE; gtid_mode = ON";

  /** How a running server gets a setting and loses it: assignments of global variables. */
  enum Setting {
    GTID_ON("gtid_mode = ON", "gtid_mode = ON"),
    GTID_OFF(WITHOUT_GTIDS, WITH_GTIDS),
    COMMITS_IN_NO_ORDER("binlog_order_commits = OFF", "binlog_order_commits = ON"),
    COMMITS_IN_NO_ORDER_WITHOUT_GTIDS(
        WITHOUT_GTIDS + "; binlog_order_commits = OFF", "binlog_order_commits = ON; " + WITH_GTIDS),
    LOG_NOT_FORCED_TO_DISK("sync_binlog = 0", "sync_binlog = 1"),
    LOG_FORCED_TO_DISK("sync_binlog = 1", "sync_binlog = 0"),
    COMPRESSED("binlog_transaction_compression = ON", "binlog_transaction_compression = OFF"),
    METADATA_MINIMAL("binlog_row_metadata = MINIMAL", "binlog_row_metadata = MINIMAL"),
    METADATA_FULL("binlog_row_metadata = FULL", "binlog_row_metadata = MINIMAL"),
    MARIADB_COMPRESSED(
        "log_bin_compress_min_len = 10; log_bin_compress = ON", "log_bin_compress = OFF"),
    MARIADB_METADATA_FULL("binlog_row_metadata = FULL", "binlog_row_metadata = NO_LOG");

    private final String on;
    private final String off;

    Setting(String on, String off) {
      this.on = on;
      this.off = off;
    }

    MySqlVersion version() {
      return name().startsWith("MARIADB") ? MySqlVersion.MARIADB_11_4 : MySqlVersion.V8_0;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"COMMITS_IN_NO_ORDER_WITHOUT_GTIDS", "COMPRESSED", "MARIADB_COMPRESSED"})
  void isMovedWith(Setting setting) throws Exception {
    move(setting);
  }

  /** What the test kit's servers are by themselves, or what another one stands for. */
  @ParameterizedTest
  @EnumSource(
      names = {
        "GTID_ON",
        "GTID_OFF",
        "COMMITS_IN_NO_ORDER",
        "LOG_NOT_FORCED_TO_DISK",
        "LOG_FORCED_TO_DISK",
        "METADATA_MINIMAL",
        "METADATA_FULL",
        "MARIADB_METADATA_FULL"
      })
  @EnabledIfSystemProperty(named = "fram.versions", matches = "all")
  void isMovedWithOthers(Setting setting) throws Exception {
    move(setting);
  }

  private static void move(Setting setting) throws Exception {
    MySqlPair pair = MySqlPair.of(setting.version(), setting.version());
    pair.fresh();
    assign(pair.source(), setting.on);
    try {
      ROUND.run(pair);
    } finally {
      pair.fresh();
      assign(pair.source(), setting.off);
    }
  }

  /** All tables from one state, those without a key and those with cascades among them. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void isMovedFromOneSnapshot(MySqlVersion version) throws Exception {
    MySqlPair pair = MySqlPair.of(version, version);
    new MySqlRound(
            500,
            EnumSet.complementOf(EnumSet.of(Part.EVENTS)),
            WorkloadOptions.standard().withRate(40).withPrepared(1),
            new TableOptions(List.of(), List.of(), TableOptions.States.ONE))
        .run(pair);
    pair.fresh();
  }

  private static void assign(MySqlServer server, String assignments) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        Statement statement = connection.createStatement()) {
      for (String assignment : assignments.split("; ")) {
        statement.execute("SET GLOBAL " + assignment);
      }
    }
  }
}
