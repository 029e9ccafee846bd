// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Encryption;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Asked with --copy=clone: whether the target can be made a clone of the source. The plugin looks
 * at some of it, too, but at what would be lost nobody else does.
 */
final class CloneCheck implements Question {
  private static final int OLDEST_PATCH = 17;
  private static final long LEAST_PACKET = 2L << 20;

  /** A clone with others of these does not start, or is refused when all else is ready. */
  private static final List<String> ALIKE =
      List.of(
          "version_compile_os",
          "version_compile_machine",
          "innodb_page_size",
          "innodb_data_file_path",
          "lower_case_table_names");

  private static final String PLUGIN =
      "SELECT COUNT(*) FROM information_schema.PLUGINS"
          + " WHERE PLUGIN_NAME = 'clone' AND PLUGIN_STATUS = 'ACTIVE'";

  @Override
  public String code() {
    return "clone";
  }

  @Override
  public String about() {
    return "With --copy=clone the target becomes a clone of the whole source: the same version, InnoDB tables only, an"
        + " empty target, the plugin on both, and a login that is there again when the source's accounts have come over.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Server target = servers.target();
    if (source.mariaDb() || target.mariaDb()) {
      return fail(
          "--copy=clone: the source is "
              + source.version()
              + ", the target "
              + target.version()
              + "; only MySQL has the CLONE plugin.",
          "Leave it out.");
    }
    List<Finding> found = new ArrayList<>(versions(source, target));
    found.addAll(alike(source, target));
    for (Server server : servers.both()) {
      found.addAll(readiness(server));
    }
    found.addAll(whole(servers));
    found.addAll(engines(source));
    found.addAll(left(source));
    found.addAll(empty(target));
    found.addAll(encryption(source));
    found.addAll(rights(source, target));
    found.addAll(new CloneLogin(this, servers).ask());
    if (found.isEmpty()) {
      found.addAll(pass(target.name() + ": it can be made a clone of " + source.name() + "."));
    }
    found.addAll(meant(source, target));
    return found;
  }

  private List<Finding> versions(Server source, Server target) throws SQLException {
    ServerVersion version = source.version();
    boolean knows =
        version.atLeast(8, 1) || (version.atLeast(8, 0) && version.patch() >= OLDEST_PATCH);
    if (!knows) {
      return fail(
          source.name() + ": " + version + " has no CLONE plugin.",
          "MySQL 8.0.17 or later on both, or leave out --copy=clone.");
    }
    String other = target.version().toString();
    return version.toString().equals(other)
        ? List.of()
        : fail(
            target.name()
                + " is "
                + other
                + ", the source "
                + version
                + ": a clone needs the same.",
            "Take a target of the source's version, or leave out --copy=clone.");
  }

  private List<Finding> alike(Server source, Server target) throws SQLException {
    List<Finding> found = new ArrayList<>();
    for (String name : ALIKE) {
      String wanted = source.setting(name).orElse("");
      String there = target.setting(name).orElse("");
      if (!wanted.equals(there)) {
        found.addAll(
            fail(
                target.name() + ": " + name + " is " + there + ", on the source " + wanted + ".",
                "Set up the target with the source's value, or leave out --copy=clone."));
      }
    }
    return found;
  }

  private List<Finding> readiness(Server server) throws SQLException {
    List<Finding> found = new ArrayList<>();
    if (server.number(PLUGIN) == 0) {
      found.addAll(
          fail(
              server.name() + ": the CLONE plugin is not active.",
              "INSTALL PLUGIN clone SONAME 'mysql_clone.so'; no restart is needed. Fram leaves that"
                  + " to you: it is your server's, before and after."));
    }
    if (!server.isOn("gtid_mode")) {
      found.addAll(
          fail(
              server.name() + ": gtid_mode is OFF; where a clone ends is known by GTIDs.",
              GtidModeCheck.REMEDY + " Or leave out --copy=clone."));
    }
    long packet = server.numberSetting("max_allowed_packet");
    if (packet < LEAST_PACKET) {
      found.addAll(
          fail(
              server.name() + ": max_allowed_packet is " + Servers.bytes(packet) + ".",
              "SET GLOBAL max_allowed_packet = 64 * 1024 * 1024; CLONE needs 2 MiB. No restart is"
                  + " needed."));
    }
    String status = server.version().atLeast(8, 1) ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS";
    if (!Sql.list(server.connection(), status, row -> 1).isEmpty()) {
      found.addAll(
          fail(
              server.name() + ": it is a replica, and its clone would become one.",
              "STOP REPLICA; RESET REPLICA ALL, or leave out --copy=clone."));
    }
    return found;
  }

  /** Whatever the scope: a clone is all of it. */
  private List<Finding> whole(Servers servers) throws SQLException {
    Catalog catalog = servers.catalog();
    List<String> databases = databases(servers.source());
    databases.removeIf(catalog::coversDatabase);
    List<TableId> tables = tables(servers.source(), "TABLE_TYPE = 'BASE TABLE'");
    tables.removeIf(table -> catalog.covers(table) || databases.contains(table.schema()));
    List<Object> all = new ArrayList<>(databases);
    all.addAll(tables);
    return all.isEmpty()
        ? List.of()
        : fail(
            servers.source().name()
                + ": a clone brings the whole server, also what your settings leave out: "
                + Servers.some(all)
                + ". Nobody would follow that.",
            "Leave out the database in --source, --include and --exclude, or --copy=clone.");
  }

  /** The server clones others as empty tables. */
  private List<Finding> engines(Server source) throws SQLException {
    List<Finding> found = new ArrayList<>();
    List<TableId> others = tables(source, "TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'");
    if (!others.isEmpty()) {
      found.addAll(
          fail(
              source.name()
                  + ": a clone brings tables empty that are not InnoDB: "
                  + Servers.some(others)
                  + ".",
              "On the source: ALTER TABLE .. ENGINE=InnoDB, or leave out --copy=clone."));
    }
    List<TableId> sealed = tables(source, "CREATE_OPTIONS LIKE '%ENCRYPTION=_Y_%'");
    if (!sealed.isEmpty()) {
      found.addAll(
          fail(
              source.name()
                  + ": tables are encrypted on disk, which was not tried with a clone: "
                  + Servers.some(sealed)
                  + ".",
              "Leave out --copy=clone."));
    }
    return found;
  }

  /** An earlier migration's records would come over, and be taken for this one's. */
  private List<Finding> left(Server source) throws SQLException {
    return source.number(
                "SELECT COUNT(*) FROM information_schema.TABLES"
                    + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME <> 'cloned'")
            == 0
        ? List.of()
        : fail(
            source.name() + ": database fram of another migration is there, and would come over.",
            "End that migration (fram complete, fram cancel), or DROP DATABASE fram if nobody needs"
                + " it.");
  }

  private List<Finding> empty(Server target) throws SQLException {
    List<String> held = databases(target);
    return held.isEmpty()
        ? List.of()
        : fail(
            target.name() + ": a clone removes what is there: " + Servers.some(held) + ".",
            "Name an empty server. --allow-nonempty-target does not count for a clone.");
  }

  private static List<String> databases(Server server) throws SQLException {
    List<String> found =
        new ArrayList<>(
            server.texts(
                "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME"));
    found.removeAll(Catalog.RESERVED);
    return found;
  }

  private static List<TableId> tables(Server server, String condition) throws SQLException {
    List<TableId> found =
        new ArrayList<>(
            Sql.list(
                server.connection(),
                "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE "
                    + condition
                    + " ORDER BY 1, 2",
                row -> new TableId(row.getString(1), row.getString(2))));
    found.removeIf(table -> Catalog.RESERVED.contains(table.schema()));
    return found;
  }

  /** The target is told to encrypt its way, unless the user's own word says no. */
  private List<Finding> encryption(Server source) throws SQLException {
    boolean wanted = !Encryption.of(source.connector().endpoint()).mode().equals("DISABLED");
    boolean plain =
        source
            .text(
                "SELECT VARIABLE_VALUE FROM "
                    + EncryptionCheck.status(source)
                    + " WHERE VARIABLE_NAME = 'Ssl_cipher'")
            .isEmpty();
    return wanted && plain
        ? fail(
            source.name() + ": it encrypts no connection, and the target asks for that.",
            "Give the source a certificate (ssl_cert, ssl_key; ALTER INSTANCE RELOAD TLS), or say in"
                + " --source that it may go unencrypted: ssl-mode=DISABLED.")
        : List.of();
  }

  private List<Finding> rights(Server source, Server target) throws SQLException {
    List<Finding> found = new ArrayList<>();
    List<String> making = new ArrayList<>();
    ReplicaCheck.missing(source, making, "CREATE USER", "BACKUP_ADMIN");
    List<String> cloning = new ArrayList<>();
    ReplicaCheck.missing(
        target, cloning, "CLONE_ADMIN", "SYSTEM_VARIABLES_ADMIN", "PERSIST_RO_VARIABLES_ADMIN");
    if (!making.isEmpty()) {
      found.addAll(Missing.findings(this, source, making, ""));
    } else if (source.number(GRANTABLE, source.login()) == 0) {
      found.addAll(
          fail(
              source.name()
                  + ": the login "
                  + source.login()
                  + " may not give BACKUP_ADMIN on, to the account that the target fetches with.",
              "GRANT BACKUP_ADMIN ON *.* TO " + source.login() + " WITH GRANT OPTION."));
    }
    if (!cloning.isEmpty()) {
      found.addAll(Missing.findings(this, target, cloning, ""));
    }
    return found;
  }

  private static final String GRANTABLE =
      "SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = ?"
          + " AND PRIVILEGE_TYPE = 'BACKUP_ADMIN' AND IS_GRANTABLE = 'YES'";

  /** What nobody should learn from the run. */
  private List<Finding> meant(Server source, Server target) throws SQLException {
    long bytes =
        source.number(
            "SELECT SUM(DATA_LENGTH + INDEX_LENGTH + DATA_FREE) FROM information_schema.TABLES");
    return info(
        target.name()
            + ": everything there is replaced by what the source has, its accounts and passwords too;"
            + " then mysqld ends, and a supervisor or you have to start it. It needs about "
            + Servers.bytes(bytes)
            + " of disk, which no SQL can see the free space of.");
  }
}
