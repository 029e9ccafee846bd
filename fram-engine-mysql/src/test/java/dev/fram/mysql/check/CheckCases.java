// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import static dev.fram.mysql.check.CheckCase.ALL;
import static dev.fram.mysql.check.CheckCase.MARIADB;
import static dev.fram.mysql.check.CheckCase.MYSQL;
import static dev.fram.mysql.check.CheckCase.fails;
import static dev.fram.mysql.check.CheckCase.informs;
import static dev.fram.mysql.check.CheckCase.warns;

import dev.fram.testkit.server.MySqlVersion;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** What can be made and taken back on running servers; database {@code c} exists on the source. */
final class CheckCases {
  private static final String NO_RESTART = "No restart is needed";

  private CheckCases() {}

  static List<CheckCase> all() {
    List<CheckCase> all = new ArrayList<>(log());
    all.addAll(servers());
    all.addAll(tables());
    all.addAll(programs());
    return all;
  }

  private static List<CheckCase> log() {
    return List.of(
        fails("server-id", MYSQL)
            .source("SET GLOBAL server_id = 0", "SET GLOBAL server_id = 4711")
            .says("server_id is 0", "server_id=1"),
        fails("binlog-format", ALL)
            .source("SET GLOBAL binlog_format = 'MIXED'", "SET GLOBAL binlog_format = 'ROW'")
            .says("MIXED", "SET GLOBAL binlog_format = 'ROW'"),
        fails("binlog-row-image", ALL)
            .source(
                "SET GLOBAL binlog_row_image = 'MINIMAL'", "SET GLOBAL binlog_row_image = 'FULL'")
            .says("MINIMAL", "SET GLOBAL binlog_row_image"),
        fails("binlog-row-value-options", MYSQL)
            .source(
                "SET GLOBAL binlog_row_value_options = 'PARTIAL_JSON'",
                "SET GLOBAL binlog_row_value_options = ''")
            .says("PARTIAL_JSON", "binlog_row_value_options=''"),
        fails("binlog-retention", ALL)
            .source(
                "SET GLOBAL binlog_expire_logs_seconds = 60",
                "SET GLOBAL binlog_expire_logs_seconds = 2592000")
            .says("kept for 1 min", "binlog_expire_logs_seconds="),
        warns("binlog-retention", ALL)
            .source(
                "SET GLOBAL binlog_expire_logs_seconds = 36000",
                "SET GLOBAL binlog_expire_logs_seconds = 2592000")
            .says("kept for 600 min", "604800"),
        fails("binlog-retention", ALL)
            .source(
                "CREATE TABLE mysql.rds_configuration (name varchar(100), value varchar(100));"
                    + " INSERT INTO mysql.rds_configuration VALUES ('binlog retention hours', NULL)",
                "DROP TABLE mysql.rds_configuration")
            .says("binlog retention hours=NULL", "rds_set_configuration"),
        warns("sync-binlog", ALL)
            .source("SET GLOBAL sync_binlog = 100", "SET GLOBAL sync_binlog = 1")
            .says("sync_binlog is 100", "sync_binlog=1"),
        warns("max-binlog-size", ALL)
            .source(
                "SET GLOBAL max_binlog_size = 1048576", "SET GLOBAL max_binlog_size = 1073741824")
            .says("1.0 MiB", NO_RESTART),
        warns("source-replica", MYSQL)
            .source(
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_USER = 'x'",
                "RESET REPLICA ALL")
            .says("it is a replica", "STOP REPLICA"),
        fails("source-replica", MARIADB)
            .source(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_USER = 'x'", "RESET SLAVE ALL")
            .says("does not log what it applies", "log_slave_updates=ON"));
  }

  private static List<CheckCase> servers() {
    return List.of(
        warns("innodb-flush-log-at-trx-commit", ALL)
            .source(
                "SET GLOBAL innodb_flush_log_at_trx_commit = 2",
                "SET GLOBAL innodb_flush_log_at_trx_commit = 1")
            .says("a crash of its machine", NO_RESTART),
        warns("innodb-flush-log-at-trx-commit", ALL)
            .target(
                "SET GLOBAL innodb_flush_log_at_trx_commit = 0",
                "SET GLOBAL innodb_flush_log_at_trx_commit = 1")
            .says("any crash it may go back by a second", NO_RESTART),
        fails("max-allowed-packet", ALL)
            .target(
                "SET GLOBAL max_allowed_packet = 1048576",
                "SET GLOBAL max_allowed_packet = 67108864")
            .says("1.0 MiB", "max_allowed_packet=1G"),
        warns("max-allowed-packet", ALL)
            .source(
                "SET GLOBAL max_allowed_packet = 1048576",
                "SET GLOBAL max_allowed_packet = 67108864")
            .target(
                "SET GLOBAL max_allowed_packet = 2097152",
                "SET GLOBAL max_allowed_packet = 67108864")
            .says("2.0 MiB", NO_RESTART),
        warns("sql-mode", ALL)
            .target("SET GLOBAL sql_mode = 'ANSI_QUOTES'", "SET GLOBAL sql_mode = DEFAULT")
            .says("only on the target", NO_RESTART),
        warns("time-zones", ALL)
            .target("SET GLOBAL time_zone = '+02:00'", "SET GLOBAL time_zone = '+00:00'")
            .says("+02:00", "default_time_zone"),
        warns("local-infile", ALL)
            .target("SET GLOBAL local_infile = OFF", "SET GLOBAL local_infile = ON")
            .says("local_infile is OFF", NO_RESTART),
        fails("target-read-only", ALL)
            .target("SET GLOBAL read_only = ON", "SET GLOBAL read_only = OFF")
            .says("read-only", "read_only = OFF"),
        fails("sql-require-primary-key", MYSQL)
            .source("CREATE TABLE c.no_pk (a int)", "DROP TABLE c.no_pk")
            .target(
                "SET GLOBAL sql_require_primary_key = ON",
                "SET GLOBAL sql_require_primary_key = OFF")
            .says("c.no_pk", "sql_require_primary_key = OFF"),
        fails("target-content", ALL)
            .target("CREATE DATABASE c; CREATE TABLE c.t (a int)", "DROP DATABASE c")
            .says("c.t", "--allow-nonempty-target"),
        warns("leftovers", ALL)
            .source(
                "CREATE DATABASE fram; CREATE TABLE fram.handover (a int)", "DROP DATABASE fram")
            .says("knows of no migration", "DROP DATABASE fram"),
        informs("leftovers", ALL)
            .source(
                "CREATE DATABASE fram; CREATE TABLE fram.handover (a int)", "DROP DATABASE fram")
            .target(
                "CREATE DATABASE fram; CREATE TABLE fram.migration (a int)", "DROP DATABASE fram")
            .says("belongs to the migration", ""));
  }

  private static List<CheckCase> tables() {
    return List.of(
        warns("storage-engines", ALL)
            .source("CREATE TABLE c.m (a int PRIMARY KEY) ENGINE = MyISAM", "DROP TABLE c.m")
            .says("c.m (MyISAM)", "ENGINE=InnoDB"),
        informs("storage-engines", ALL)
            .source("CREATE TABLE c.m (a int PRIMARY KEY) ENGINE = MRG_MYISAM", "DROP TABLE c.m")
            .says("c.m", ""),
        warns("usable-key", ALL)
            .source("CREATE TABLE c.k (a int, UNIQUE (a))", "DROP TABLE c.k")
            .says("c.k", "ADD PRIMARY KEY"),
        warns("cascading-foreign-keys", EnumSet.of(MySqlVersion.V8_0, MySqlVersion.MARIADB_11_4))
            .source(
                "CREATE TABLE c.p (a int PRIMARY KEY); CREATE TABLE c.q (a int PRIMARY KEY,"
                    + " FOREIGN KEY (a) REFERENCES c.p (a) ON DELETE CASCADE)",
                "DROP TABLE c.q, c.p")
            .says("c.p, c.q", "Nothing has to be done"),
        informs("computed-columns", ALL)
            .source(
                "CREATE TABLE c.g (a int PRIMARY KEY, b int AS (a + 1) VIRTUAL)", "DROP TABLE c.g")
            .says("c.g.b", ""),
        informs("computed-columns", ALL)
            .source("CREATE TABLE c.g (a int PRIMARY KEY, b int INVISIBLE)", "DROP TABLE c.g")
            .says("c.g.b", ""),
        fails("computed-columns", MARIADB)
            .source("CREATE TABLE c.v (a int PRIMARY KEY) WITH SYSTEM VERSIONING", "DROP TABLE c.v")
            .says("c.v", "DROP SYSTEM VERSIONING"),
        informs("partitioning", ALL)
            .source(
                "CREATE TABLE c.r (a int PRIMARY KEY) PARTITION BY KEY () PARTITIONS 2",
                "DROP TABLE c.r")
            .says("c.r", ""));
  }

  private static List<CheckCase> programs() {
    return List.of(
        fails("prepared-xa", ALL)
            .source(
                "XA START 'x'; INSERT INTO c.t VALUES (99); XA END 'x'; XA PREPARE 'x'",
                "XA ROLLBACK 'x'")
            .says("1 XA transactions", "XA COMMIT or XA ROLLBACK"),
        fails("definers", ALL)
            .source(
                "CREATE DEFINER = 'nobody'@'nowhere' VIEW c.w AS SELECT 1 AS a", "DROP VIEW c.w")
            .says("nobody@nowhere", "--users"),
        warns("event-scheduler", ALL)
            .source("CREATE EVENT c.e ON SCHEDULE EVERY 1 YEAR DO DO 0", "DROP EVENT c.e")
            .target("SET GLOBAL event_scheduler = OFF", "SET GLOBAL event_scheduler = ON")
            .says("c.e", "SET GLOBAL event_scheduler = ON"),
        informs("event-scheduler", ALL)
            .source("CREATE EVENT c.e ON SCHEDULE EVERY 1 YEAR DO DO 0", "DROP EVENT c.e")
            .target("SET GLOBAL event_scheduler = ON", "DO 0")
            .says("enabled on the target when it opens", ""));
  }
}
