// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import dev.fram.api.host.ServerMachine;
import dev.fram.api.model.Endpoint;
import dev.fram.postgresql.base.TargetMachine;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.journal.BaseMark.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Asked with --copy=base-backup: whether the target can be replaced by a copy of the source's whole
 * server, and what only that would break.
 */
final class BaseBackupCheck implements Question {
  private static final String OWN_FEED = " Or leave out --copy=base-backup.";

  /** Where data folders of one build fit to another (pg_control_init, manual 9.27.9). */
  private static final String BUILD =
      "SELECT format('%s, alignment %s, blocks %s/%s, names %s, columns %s, toast %s/%s',"
          + " substring(version() FROM ' on ([^-,]+)'), max_data_alignment, database_block_size,"
          + " wal_block_size, max_identifier_length, max_index_columns, max_toast_chunk_size,"
          + " large_object_chunk_size) FROM pg_control_init()";

  /** What the machine's own libraries sort by; an index is only right under the same. */
  private static final String COLLATIONS =
      "SELECT collprovider::text || ' ' || collname::text || ' '"
          + " || coalesce(collencoding::text, ''), coalesce(pg_collation_actual_version(oid), '')"
          + " FROM pg_collation WHERE collprovider IN ('c', 'i') AND collnamespace ="
          + " 'pg_catalog'::regnamespace AND pg_collation_actual_version(oid) IS NOT NULL";

  private static final String OTHER_DATABASES =
      "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
          + " AND datname <> current_database() ORDER BY 1";

  private final Optional<ServerMachine> machine;

  BaseBackupCheck(Optional<ServerMachine> machine) {
    this.machine = machine;
  }

  @Override
  public String code() {
    return "base-backup";
  }

  @Override
  public String about() {
    return "With --copy=base-backup the target is replaced by a copy of the whole source: both have to be"
        + " of one build, the target's machine has to let Fram do it, and whatever only that would"
        + " break is asked.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> found = new ArrayList<>();
    found.addAll(build(servers));
    found.addAll(logins(servers));
    if (found.isEmpty()) {
      found.addAll(whole(servers));
      found.addAll(room(servers.source()));
      found.addAll(prepared(servers));
      found.addAll(collations(servers));
      found.addAll(machine(servers));
    }
    found.addAll(certificate(servers.source().connector().endpoint()));
    return found.isEmpty()
        ? pass("The target's machine can take a base backup of the source.")
        : found;
  }

  List<Finding> certificate(Endpoint source) {
    String mode = source.parameters().getOrDefault("sslmode", "prefer");
    return mode.startsWith("verify")
        ? warn(
            "--source says sslmode="
                + mode
                + "; the base backup is encrypted, and the target's machine does not look at the"
                + " certificate.",
            "Leave out --copy=base-backup where the way between the two servers may not be trusted.")
        : List.of();
  }

  private List<Finding> build(Servers servers) throws SQLException {
    Server source = servers.source();
    Server target = servers.target();
    List<Finding> found = new ArrayList<>();
    if (source.major() != target.major()) {
      found.addAll(
          fail(
              "The source is PostgreSQL "
                  + source.major()
                  + " and the target "
                  + target.major()
                  + "; a base backup is for one major version.",
              "Take a target of version " + source.major() + "." + OWN_FEED));
    }
    String there = source.text(BUILD);
    String here = target.text(BUILD);
    if (!there.equals(here)) {
      found.addAll(
          fail(
              "The two servers are built differently: " + there + "; " + here + ".",
              "Take a target of the same platform." + OWN_FEED));
    }
    String name = source.text("SELECT current_database()");
    if (!name.equals(target.text("SELECT current_database()"))) {
      found.addAll(
          fail(
              target.name() + ": the database is not called " + name + ", and will be.",
              "Make an empty database of that name there, and name it in --target."));
    }
    return found;
  }

  /** The target's login is the source's, once the backup is in place. */
  private List<Finding> logins(Servers servers) throws SQLException {
    List<Finding> found = new ArrayList<>();
    for (Server server : servers.both()) {
      if (!server.is("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
        found.addAll(
            fail(
                server.name() + ": Fram's login is not a superuser.",
                "Give a superuser on both servers for this copy." + OWN_FEED));
      }
    }
    found.addAll(sameLogin(servers));
    return found;
  }

  private List<Finding> sameLogin(Servers servers) throws SQLException {
    Endpoint source = servers.source().connector().endpoint();
    Endpoint target = servers.target().connector().endpoint();
    Endpoint tried =
        new Endpoint(
            source.scheme(),
            source.host(),
            source.port(),
            target.user(),
            source.database(),
            source.parameters(),
            target.password());
    Connector connector = new Connector(source.reach().map(tried::through).orElse(tried), "source");
    try (Connection session = connector.open("check")) {
      return Sql.text(session, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
              .equals("t")
          ? List.of()
          : fail(
              servers.source().name() + ": the target's login is no superuser there.",
              "The base backup brings the source's roles: name in --target a superuser of the"
                  + " source's.");
    } catch (FramException e) {
      if (e.category() == ErrorCategory.TRANSIENT) {
        throw e;
      }
      return fail(
          servers.source().name() + ": the target's login is not one of the source's.",
          "The base backup brings the source's roles with their passwords: name in --target a"
              + " superuser that both have, with the same password.");
    }
  }

  /** Whatever the scope: it is all of the server. */
  private List<Finding> whole(Servers servers) throws SQLException {
    Server source = servers.source();
    List<Finding> found = new ArrayList<>();
    if (!servers.scope().include().isEmpty() || !servers.scope().exclude().isEmpty()) {
      found.addAll(
          fail(
              "A base backup brings every table, whatever --include and --exclude say.",
              "Leave them out." + OWN_FEED));
    }
    for (Server server : servers.both()) {
      List<String> others = server.texts(OTHER_DATABASES);
      if (!others.isEmpty()) {
        boolean from = server == source;
        found.addAll(
            fail(
                server.name()
                    + ": the server has other databases: "
                    + Servers.some(others)
                    + ". "
                    + (from
                        ? "They would be copied, and not followed."
                        : "A base backup would remove them."),
                from ? "Leave out --copy=base-backup." : "Name a server that nobody needs."));
      }
    }
    found.addAll(
        refused(
            source.texts(
                "SELECT spcname FROM pg_tablespace WHERE spcname NOT LIKE 'pg\\_%' ORDER BY 1"),
            source.name() + ": there are tablespaces, whose folders Fram does not place"));
    found.addAll(
        refused(
            source.texts("SELECT subname FROM pg_subscription WHERE subenabled ORDER BY 1"),
            source.name() + ": there are subscriptions, which the copy would follow, too"));
    found.addAll(
        refused(
            source.texts("SELECT evtname FROM pg_event_trigger WHERE evtenabled <> 'D' ORDER BY 1"),
            source.name()
                + ": there are event triggers, which would fire on the target for what Fram makes"
                + " there"));
    found.addAll(followers(servers.target()));
    if (source.is("SELECT to_regclass('fram.migration') IS NOT NULL")) {
      found.addAll(
          fail(
              source.name() + ": it holds the records of a migration to it.",
              "Run fram complete for that one first."));
    }
    if (source.text("SHOW synchronous_standby_names").indexOf('*') >= 0) {
      found.addAll(
          fail(
              source.name()
                  + ": synchronous_standby_names takes any standby: commits would wait for the"
                  + " target.",
              "Name the standbys there." + OWN_FEED));
    }
    return found;
  }

  /** What follows the target follows a server that is gone then. */
  private List<Finding> followers(Server target) throws SQLException {
    List<Finding> found = new ArrayList<>();
    List<String> all =
        target.texts(
            "SELECT 'slot ' || slot_name FROM pg_replication_slots UNION ALL"
                + " SELECT 'replica ' || application_name FROM pg_stat_replication ORDER BY 1");
    if (!all.isEmpty()) {
      found.addAll(
          fail(
              target.name()
                  + ": others follow it, and could not follow what it becomes: "
                  + Servers.some(all)
                  + ".",
              "Take these away, and make them anew when the migration is over."));
    }
    if (!target.text("SHOW archive_mode").equals("off")) {
      found.addAll(
          warn(
              target.name() + ": it archives its log, and the copy will do so to the same place.",
              "Give it an empty archive, and take a base backup of it when the migration is over."));
    }
    return found;
  }

  private List<Finding> refused(List<String> what, String seen) {
    return what.isEmpty()
        ? List.of()
        : fail(seen + ": " + Servers.some(what) + ".", "Leave out --copy=base-backup.");
  }

  /** Recovery brings back what was prepared, and ends where there is no room for it. */
  private List<Finding> prepared(Servers servers) throws SQLException {
    String name = "max_prepared_transactions";
    long there = servers.source().numberSetting(name);
    long here = servers.target().numberSetting(name);
    return here >= there
        ? List.of()
        : fail(
            servers.target().name()
                + ": "
                + name
                + " is "
                + here
                + ", on the source "
                + there
                + ".",
            "Set it to " + there + " there and restart the server.");
  }

  private List<Finding> room(Server source) throws SQLException {
    long slots =
        source.numberSetting("max_replication_slots")
            - source.number("SELECT count(*) FROM pg_replication_slots");
    long senders =
        source.numberSetting("max_wal_senders")
            - source.number("SELECT count(*) FROM pg_stat_replication");
    return slots >= 2 && senders >= 2
        ? List.of()
        : fail(
            source.name()
                + ": "
                + Math.max(0, slots)
                + " replication slots and "
                + Math.max(0, senders)
                + " WAL senders are free; two of each are needed.",
            "Raise max_replication_slots and max_wal_senders and restart the server.");
  }

  private List<Finding> collations(Servers servers) throws SQLException {
    Map<String, String> there = versions(servers.source());
    Map<String, String> here = versions(servers.target());
    List<String> differing = new ArrayList<>();
    there.forEach((name, version) -> {
      String own = here.getOrDefault(name, version);
      if (!own.equals(version)) {
        differing.add(name.strip() + " (" + version + ", " + own + ")");
      }
    });
    return differing.isEmpty()
        ? List.of()
        : fail(
            "The two machines sort texts by different versions of their libraries, and indexes come"
                + " over as they are: "
                + Servers.some(differing)
                + ".",
            "Take a machine with the same system release." + OWN_FEED);
  }

  private static Map<String, String> versions(Server server) throws SQLException {
    Map<String, String> found = new TreeMap<>();
    Sql.list(server.connection(), COLLATIONS, row -> found.put(row.getString(1), row.getString(2)));
    return found;
  }

  // ---- the target's machine
  // ----------------------------------------------------------------------

  private List<Finding> machine(Servers servers) throws SQLException {
    if (machine.isEmpty()) {
      return fail("The target's machine is not known.", "Give it in --target-host.");
    }
    Server target = servers.target();
    TargetMachine there = TargetMachine.asked(machine.get());
    Optional<Map<String, String>> seen = there.look(target.text("SHOW data_directory"));
    String started =
        target.text("SELECT floor(extract(epoch FROM pg_postmaster_start_time()))::bigint");
    if (seen.isEmpty() || !near(seen.get().getOrDefault("started", ""), started)) {
      return fail(
          target.name() + ": it does not run on " + there.display() + ", or not for Fram to see.",
          "Name in --target-host the machine on which it runs, with a login that is root or the"
              + " server's own user.");
    }
    return able(servers, there, seen.get());
  }

  /** The lock file is written a moment before the time that the server tells. */
  private static boolean near(String file, String told) {
    return file.matches("[0-9]{1,12}")
        && Math.abs(Long.parseLong(file) - Long.parseLong(told)) <= 60;
  }

  private List<Finding> able(Servers servers, TargetMachine there, Map<String, String> seen)
      throws SQLException {
    String name = "target's machine " + there.display();
    List<Finding> found = new ArrayList<>();
    boolean root = seen.getOrDefault("user", "").equals("0");
    if (!seen.containsKey("flock")
        || !seen.containsKey("setsid")
        || (root && !seen.containsKey("setpriv"))) {
      found.addAll(
          fail(name + ": flock, setsid or setpriv is missing.", "Install util-linux there."));
    }
    String folder = seen.getOrDefault("folder", "");
    if (!seen.containsKey("movable")) {
      found.addAll(
          fail(
              name + ": " + folder + " is a mount point: the copy could not take its place.",
              "Put the data folder one level below the mount point." + OWN_FEED));
    }
    Place place =
        new Place(folder, seen.getOrDefault("programs", ""), "", seen.getOrDefault("owner", ""));
    int major = servers.source().major();
    if (found.isEmpty() && there.program(place, major).isEmpty()) {
      found.addAll(
          fail(
              name
                  + ": there is no pg_basebackup of version "
                  + major
                  + " that the server's user"
                  + " may run.",
              "Install the package postgresql-client-" + major + " there."));
    }
    if (found.isEmpty()) {
      there
          .refusal(place)
          .ifPresent(why ->
              found.addAll(
                  fail(
                      name + ": " + why + ".",
                      "Let the server's user write to the folder around its data folder, and Fram"
                          + " log in as that user or as root.")));
    }
    found.addAll(space(servers, name, seen));
    if (seen.containsKey("linked")) {
      found.addAll(
          warn(
              name + ": pg_wal is a link; in the copy it is a folder.",
              "Move it where it was once the migration is over."));
    }
    return found;
  }

  private List<Finding> space(Servers servers, String name, Map<String, String> seen)
      throws SQLException {
    long needed =
        servers.source().number("SELECT sum(pg_database_size(oid))::bigint FROM pg_database");
    String kibibytes = seen.getOrDefault("free", "");
    if (!kibibytes.matches("[0-9]{1,15}")) {
      return List.of();
    }
    long free = Long.parseLong(kibibytes) << 10;
    return free > needed + needed / 10
        ? List.of()
        : fail(
            name
                + ": "
                + Servers.bytes(free)
                + " are free beside the data folder; the source has "
                + Servers.bytes(needed)
                + ", and its log comes on top.",
            "Make room there.");
  }
}
