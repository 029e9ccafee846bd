// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.Encryption;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Asked with --feed=native: whether the target can be a replica of the source, led by Fram. */
final class ReplicaCheck implements Question {
  private static final int OLDEST_PATCH = 23;

  @Override
  public String code() {
    return "native-replica";
  }

  @Override
  public String about() {
    return "With --feed=native the target becomes a replica of the source: both need GTIDs (or, to 8.0, neither), the target must not be"
        + " older, and Fram's logins must be allowed to make and lead it.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Server target = servers.target();
    if (source.mariaDb() != target.mariaDb()) {
      return fail(
          "--feed=native: the source is "
              + source.version()
              + ", the target "
              + target.version()
              + "; neither product's replica follows the other's log exactly.",
          "Name a target of the source's product.");
    }
    if (source.mariaDb()) {
      return mariaDb(source, target);
    }
    List<Finding> found = new ArrayList<>();
    found.addAll(gtids(source, target));
    found.addAll(knows(target));
    found.addAll(notOlder(source, target));
    found.addAll(serverIds(source, target));
    found.addAll(encryption(source));
    found.addAll(transactions(source, target));
    List<String> lacking = new ArrayList<>();
    missing(source, lacking, "CREATE USER", "REPLICATION SLAVE");
    found.addAll(
        Missing.findings(this, source, lacking, "Fram may make the replica's account there"));
    List<String> leading = new ArrayList<>();
    missing(
        target,
        leading,
        "REPLICATION_SLAVE_ADMIN",
        "SYSTEM_VARIABLES_ADMIN",
        "PERSIST_RO_VARIABLES_ADMIN");
    found.addAll(Missing.findings(this, target, leading, "Fram may lead the replica there"));
    return found;
  }

  /**
   * By GTIDs, or by file and offset where the source has none. In between transactions of either
   * kind come.
   */
  private List<Finding> gtids(Server source, Server target) throws SQLException {
    String there = source.setting("gtid_mode").orElse("OFF");
    String here = target.setting("gtid_mode").orElse("OFF");
    if (there.equals("OFF")) {
      List<Finding> found = new ArrayList<>();
      if (target.version().atLeast(8, 4)) {
        found.addAll(
            fail(
                source.name()
                    + ": gtid_mode is OFF, and "
                    + target.version()
                    + " applies by several threads only, whose place in a file a crash would lose.",
                GtidModeCheck.REMEDY + " Or leave out --feed=native."));
      }
      if (target.setting("relay_log_info_repository").orElse("TABLE").equals("FILE")) {
        found.addAll(
            fail(
                target.name()
                    + ": relay_log_info_repository is FILE; after a crash nobody would know how far"
                    + " the replica is.",
                "SET GLOBAL relay_log_info_repository = TABLE. Or leave out --feed=native."));
      }
      found.addAll(
          info(
              source.name()
                  + ": gtid_mode is OFF; the replica is led by file and offset, and applies with"
                  + " one thread."));
      return found;
    }
    Server bad = there.equals("ON") ? target : source;
    String mode = there.equals("ON") ? here : there;
    return mode.equals("ON")
        ? List.of()
        : fail(
            bad.name()
                + ": gtid_mode is "
                + mode
                + "; a replica led by Fram needs GTIDs on both servers, or a source with OFF.",
            GtidModeCheck.REMEDY + " Or leave out --feed=native.");
  }

  private List<Finding> mariaDb(Server source, Server target) throws SQLException {
    List<Finding> found = new ArrayList<>(new MariaDbReplica(this, target).ask());
    found.addAll(notOlder(source, target));
    found.addAll(serverIds(source, target));
    found.addAll(encryption(source));
    List<String> lacking = new ArrayList<>();
    missing(source, lacking, "CREATE USER", "REPLICATION SLAVE");
    found.addAll(
        Missing.findings(this, source, lacking, "Fram may make the replica's account there"));
    return found;
  }

  private List<Finding> knows(Server target) throws SQLException {
    boolean knows =
        target.version().atLeast(8, 1)
            || (target.version().atLeast(8, 0) && target.version().patch() >= OLDEST_PATCH);
    return knows
        ? List.of()
        : fail(
            target.name() + ": " + target.version() + " does not know CHANGE REPLICATION SOURCE.",
            "MySQL 8.0.23 or later on the target, or leave out --feed=native.");
  }

  private List<Finding> notOlder(Server source, Server target) throws SQLException {
    return target.version().atLeast(source.version().major(), source.version().minor())
        ? List.of()
        : fail(
            target.name()
                + " is "
                + target.version()
                + ", older than the source's "
                + source.version()
                + ": a replica must not be.",
            "Leave out --feed=native.");
  }

  /** A replica takes what its own server_id has written for its own, and refuses such a source. */
  private List<Finding> serverIds(Server source, Server target) throws SQLException {
    long ours = target.numberSetting("server_id");
    if (ours > 0 && ours != source.numberSetting("server_id")) {
      return List.of();
    }
    return fail(
        target.name()
            + ": server_id is "
            + ours
            + "; a replica needs one of its own, other than 0 and than the source's.",
        "my.cnf, [mysqld]: server_id=N (a number no other server of yours has). At once: SET GLOBAL"
            + " server_id = N. No restart is needed.");
  }

  /** Fram's own session is encrypted wherever the server can, and the replica has to be. */
  private List<Finding> encryption(Server source) throws SQLException {
    boolean wanted = !Encryption.of(source.connector().endpoint()).mode().equals("DISABLED");
    boolean plain =
        source
            .text(
                "SELECT VARIABLE_VALUE FROM "
                    + EncryptionCheck.status(source)
                    + " WHERE VARIABLE_NAME = 'Ssl_cipher'")
            .isEmpty();
    if (!wanted || !plain) {
      return List.of();
    }
    return fail(
        source.name() + ": it encrypts no connection, and the replica asks for that.",
        "Give the source a certificate (ssl_cert, ssl_key; MySQL: ALTER INSTANCE RELOAD TLS,"
            + " MariaDB: a restart), or say in --source that it may go unencrypted:"
            + " ssl-mode=DISABLED.");
  }

  /** What the target has of other servers would be taken for the source's, or for its own. */
  private List<Finding> transactions(Server source, Server target) throws SQLException {
    String foreign =
        Sql.text(
            target.connection(),
            "SELECT GTID_SUBTRACT(GTID_SUBTRACT(@@global.gtid_executed,"
                + " CONCAT(@@global.server_uuid, ':1-9223372036854775806')), ?)",
            Sql.text(source.connection(), "SELECT @@global.gtid_executed"));
    if (foreign.isBlank()) {
      return List.of();
    }
    return fail(
        target.name()
            + ": it has executed transactions of other servers that the source does not know ("
            + foreign.strip().replace("\n", "")
            + ").",
        "Take a fresh server, or run RESET BINARY LOGS AND GTIDS there (8.0: RESET MASTER) if nothing"
            + " else needs its log.");
  }

  static void missing(Server server, List<String> found, String... wanted) throws SQLException {
    for (String privilege : wanted) {
      if (!server.grants().global(privilege)) {
        found.add(privilege + " ON *.*");
      }
    }
  }
}
