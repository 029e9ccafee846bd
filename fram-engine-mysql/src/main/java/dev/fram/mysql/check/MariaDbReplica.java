// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.replica.ReplicaChannel;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a MariaDB target needs to be led as a replica. Owned by the check's thread. */
final class MariaDbReplica {
  private static final String LEAVE = " Or leave out --feed=native.";

  private final Question question;
  private final Server target;

  MariaDbReplica(Question question, Server target) {
    this.question = question;
    this.target = target;
  }

  List<Finding> ask() throws SQLException {
    List<Finding> found = new ArrayList<>();
    List<String> lacking = lacking();
    found.addAll(Missing.findings(question, target, lacking, "Fram may lead the replica there"));
    if (lacking.isEmpty()) {
      found.addAll(others());
      found.addAll(places());
    }
    found.addAll(settings());
    return found;
  }

  private List<String> lacking() throws SQLException {
    List<String> lacking = new ArrayList<>();
    ReplicaCheck.missing(
        target, lacking, "REPLICATION SLAVE ADMIN", "SLAVE MONITOR", "BINLOG ADMIN", "RELOAD");
    target
        .grants()
        .missing("mysql", List.of("SELECT", "CREATE", "ALTER", "DROP"))
        .forEach(privilege -> lacking.add(privilege + " ON `mysql`.*"));
    return lacking;
  }

  /** There is one gtid_slave_pos for all connections, and Fram sets and reads it for its own. */
  private List<Finding> others() throws SQLException {
    List<String> others =
        target.texts("SHOW ALL SLAVES STATUS").stream()
            .filter(name -> !name.equals(ReplicaChannel.NAME))
            .toList();
    return others.isEmpty()
        ? List.of()
        : question.fail(
            target.name()
                + ": it is a replica already (connection '"
                + String.join("', '", others)
                + "').",
            "Take a fresh server, or STOP SLAVE 'name' and RESET SLAVE 'name' ALL there." + LEAVE);
  }

  /** What the replica has applied must be written in the same commit as the rows, and only once. */
  private List<Finding> places() throws SQLException {
    List<Finding> found = new ArrayList<>();
    List<String> engines =
        target.texts(
            "SELECT CONCAT(TABLE_NAME, ' ', ENGINE) FROM information_schema.TABLES WHERE"
                + " TABLE_SCHEMA = 'mysql' AND TABLE_NAME LIKE 'gtid\\_slave\\_pos%'"
                + " AND TABLE_NAME <> 'gtid_slave_pos_fram'");
    if (!engines.equals(List.of("gtid_slave_pos InnoDB"))) {
      found.addAll(
          question.fail(
              target.name()
                  + ": where a replica notes its place must be mysql.gtid_slave_pos alone, with"
                  + " InnoDB; there is "
                  + String.join(", ", engines)
                  + ".",
              "ALTER TABLE mysql.gtid_slave_pos ENGINE = InnoDB, and drop the others." + LEAVE));
    }
    String automatic = target.setting("gtid_pos_auto_engines").orElse("");
    if (!automatic.isEmpty()) {
      found.addAll(
          question.fail(
              target.name() + ": gtid_pos_auto_engines is '" + automatic + "'.",
              "SET GLOBAL gtid_pos_auto_engines = '' while no replica runs." + LEAVE));
    }
    return found;
  }

  private List<Finding> settings() throws SQLException {
    List<Finding> found = new ArrayList<>();
    if (target.isOn("gtid_strict_mode")) {
      found.addAll(
          question.fail(
              target.name()
                  + ": gtid_strict_mode is ON; the copy writes there too, and the source's GTIDs"
                  + " come out of order then.",
              "SET GLOBAL gtid_strict_mode = OFF until it serves. No restart is needed." + LEAVE));
    }
    if (!target.isOn("innodb_file_per_table")) {
      found.addAll(
          question.fail(
              target.name()
                  + ": innodb_file_per_table is OFF; then Fram cannot keep the replica from starting"
                  + " by itself after a restart.",
              "SET GLOBAL innodb_file_per_table = ON. No restart is needed." + LEAVE));
    }
    if (target.isOn("log_bin") && !target.isOn("log_slave_updates")) {
      found.addAll(
          question.warn(
              target.name()
                  + ": log_slave_updates is OFF; what comes by replication is not in its binary log,"
                  + " and so not on replicas of its own.",
              "my.cnf, [mysqld]: log_slave_updates=ON and a restart, or set up its replicas once it"
                  + " serves."));
    }
    return found;
  }
}
