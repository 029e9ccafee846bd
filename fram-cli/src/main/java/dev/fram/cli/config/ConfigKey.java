// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Every setting. One word names it everywhere: {@code --write-block-budget} on the command line,
 * {@code FRAM_WRITE_BLOCK_BUDGET} in the environment, {@code write-block-budget:} in the file. The
 * help and the reference are made from this table.
 */
public enum ConfigKey {
  SOURCE(
      ValueKind.URI,
      "",
      "Where the data leaves: postgresql://user@host:5432/database?sslmode=verify-full"),
  TARGET(ValueKind.URI, "", "Where the data arrives, written the same way."),
  SOURCE_PASSWORD_FILE(ValueKind.PATH, "", "A file that holds the source's password."),
  SOURCE_PASSWORD_COMMAND(
      ValueKind.TEXT, "", "A command that prints the source's password (run by sh -c)."),
  TARGET_PASSWORD_FILE(ValueKind.PATH, "", "A file that holds the target's password."),
  TARGET_PASSWORD_COMMAND(
      ValueKind.TEXT, "", "A command that prints the target's password (run by sh -c)."),
  SOURCE_SSH(
      ValueKind.JUMP_HOSTS,
      "",
      "Reaches the source through this host: ssh://user@jump:22; several with commas between, the"
          + " nearest first. Its key must be in known_hosts."),
  TARGET_SSH(ValueKind.JUMP_HOSTS, "", "The same for the target."),
  SSH_IDENTITY(
      ValueKind.PATHS,
      "",
      "A file with a private key for the jump hosts. If not set: the agent's keys (SSH_AUTH_SOCK),"
          + " then ~/.ssh/id_ed25519, id_ecdsa and id_rsa. May be given several times."),
  SSH_PASSPHRASE_FILE(ValueKind.PATH, "", "A file that holds the passphrase of the private keys."),
  SSH_PASSPHRASE_COMMAND(
      ValueKind.TEXT,
      "",
      "A command that prints the passphrase of the private keys (run by sh -c)."),
  SSH_KNOWN_HOSTS(
      ValueKind.PATH,
      "",
      "The file of the jump hosts' keys. If not set: ~/.ssh/known_hosts and"
          + " /etc/ssh/ssh_known_hosts. A host whose key is not there is refused."),
  SOURCE_PLACE(
      ValueKind.TEXT,
      "",
      "Where the source stands, as you declare it, the country first: 'DE, Falkenstein'. For the"
          + " residency record."),
  TARGET_PLACE(ValueKind.TEXT, "", "The same of the target."),
  FRAM_PLACE(ValueKind.TEXT, "", "The same of the machine that Fram runs on."),
  SSH_PLACE(ValueKind.TEXT, "", "The same of the jump hosts."),
  RESIDENCY_ALLOW(
      ValueKind.LIST,
      "",
      "Countries (DE) and networks (10.1.0.0/16) in which source, target, jump hosts and this machine"
          + " have to be; else Fram refuses before it connects. May be given several times."),
  INCLUDE(
      ValueKind.LIST,
      "",
      "Only tables that match: schema.table with * and ?. May be given several times."),
  EXCLUDE(ValueKind.LIST, "", "Leaves out tables that match. May be given several times."),
  REPLICA_IDENTITY_FULL(
      ValueKind.LIST,
      "",
      "Tables without a key that may log whole old rows while they are migrated. May be given"
          + " several times."),
  COPY_AT_CUTOVER(
      ValueKind.LIST,
      "",
      "Tables that are not followed, but copied whole while writes are blocked. May be given"
          + " several times."),
  ONE_SNAPSHOT(
      ValueKind.FLAG,
      "",
      "Copies all tables from one state of the source, by a lock of milliseconds on all of them"
          + " (MySQL, MariaDB). A copy that is interrupted begins again."),
  COPY(
      ValueKind.COPY,
      "own",
      "Who copies. own: Fram, table by table. clone: MySQL's CLONE plugin makes the target a clone of"
          + " the whole source, in place of everything that it holds (MySQL 8.0.17 and later, the same"
          + " version on both; the target has to reach the source and is restarted). base-backup:"
          + " pg_basebackup, run on the target's machine, does the same for PostgreSQL (one major version"
          + " on both; see --target-host)."),
  TARGET_HOST(
      ValueKind.MACHINE,
      "here",
      "The machine on which the target runs, for what has to be done there (--copy=base-backup). here:"
          + " this one. ssh://user@host:22: another one, over SSH; the user is root or the one that the"
          + " server runs as."),
  TARGET_STOP(
      ValueKind.TEXT,
      "",
      "A command that stops the target, run there by sh -c ('systemctl stop postgresql@17-main'). If"
          + " not set: pg_ctl."),
  TARGET_START(
      ValueKind.TEXT,
      "",
      "One that starts it. If not set: pg_ctl, with the options that it runs with now."),
  FEED(
      ValueKind.FEED,
      "own",
      "Who brings the changes over. own: Fram reads the source's log and writes them. native: the target"
          + " becomes a replica of the source, led by Fram (MySQL 8.0.23 and later, MariaDB;"
          + " PostgreSQL by a subscription; the target has to reach the source). It copies all tables"
          + " from one state."),
  SOURCE_FOR_TARGET(
      ValueKind.PLACE,
      "",
      "host:port where the target reaches the source, for --feed=native and --copy=clone. Default: as"
          + " in --source."),
  JOBS(ValueKind.COUNT, "4", "Copies this many chunks at once."),
  INDEX_JOBS(ValueKind.COUNT, "2", "Builds this many indexes at once."),
  VERIFY(
      ValueKind.VERIFY,
      "continuous",
      "continuous: compares every row while writes go on, and once more what was written since"
          + " before the target opens. off: compares nothing."),
  VERIFY_JOBS(ValueKind.COUNT, "2", "Compares this many groups of tables at once."),
  VERIFY_PACE(
      ValueKind.PERCENT, "100", "Percent of its time that each of them reads; it rests meanwhile."),
  REPAIR_LIMIT(
      ValueKind.COUNT,
      "100",
      "Stops when `fram verify --repair` would repair more rows than this in the whole migration."),
  ACCEPT_DIFFERENCES(
      ValueKind.FLAG,
      "",
      "Cuts over although rows differ, or objects are missing on the target. What differs is lost: the report says so."),
  CUTOVER(
      ValueKind.CUTOVER,
      "manual",
      "auto: cuts over as soon as the target has caught up. manual: waits for `fram cutover`."),
  TRAFFIC(
      ValueKind.SWITCHES,
      "",
      "What moves the traffic, each as '{type: pgbouncer, …}': see the guide. May be given several"
          + " times; in the file it is a list."),
  SWITCH_COMMAND(
      ValueKind.TEXT,
      "",
      "Run by sh -c once the target serves; moves the traffic. It gets FRAM_* variables."),
  SWITCH_TIMEOUT(ValueKind.DURATION, "1m", "The switch command may take this long."),
  PAUSE_LIMIT(
      ValueKind.DURATION,
      "5s",
      "Proxies may take this long to hold back the application's work; then the cutover undoes"
          + " itself."),
  PROBE(
      ValueKind.URI,
      "",
      "The applications' own way to the database, with a login like theirs: a probe writes and reads"
          + " there during the cutover and measures what a client sees."),
  PROBE_PASSWORD_FILE(ValueKind.PATH, "", "A file that holds the probe's password."),
  PROBE_PASSWORD_COMMAND(
      ValueKind.TEXT, "", "A command that prints the probe's password (run by sh -c)."),
  WRITE_BLOCK_BUDGET(
      ValueKind.DURATION, "15s", "A cutover that blocks writes for longer undoes itself."),
  MAX_LAG(ValueKind.DURATION, "5s", "Refuses a cutover while the target is further behind."),
  CUTOVER_ATTEMPTS(ValueKind.COUNT, "20", "Tries to block writes this often before it gives up."),
  REVERSE_WINDOW(
      ValueKind.WINDOW,
      "7d",
      "After the cutover the new server's writes go to the old one for this long, and `fram rollback`"
          + " brings the data back. none: there is no way back."),
  DDL(
      ValueKind.DDL,
      "ask",
      "Schema changes in the log (MySQL, MariaDB). ask: stops before them. replicate: runs them on"
          + " the target too. ignore: leaves them out."),
  USERS(
      ValueKind.FLAG,
      "",
      "Copies accounts, roles and grants too (MySQL, MariaDB; PostgreSQL does so unless --no-roles)."),
  PROVIDER_ACCOUNT(
      ValueKind.LIST,
      "",
      "An account of the provider's on a managed MySQL or MariaDB, user@host, that nobody may lock and no"
          + " application uses: it stays open when the server is closed. May be given several times;"
          + " rdsadmin@localhost need not be."),
  NO_OWNER(ValueKind.FLAG, "", "All objects belong to Fram's login on the target."),
  NO_PRIVILEGES(ValueKind.FLAG, "", "Leaves out GRANT and REVOKE."),
  NO_ROLES(ValueKind.FLAG, "", "Creates no roles; those that are needed must exist."),
  NO_COMMENTS(ValueKind.FLAG, "", "Leaves out comments."),
  NO_TABLESPACES(ValueKind.FLAG, "", "Puts everything into the default tablespace."),
  ALLOW_NONEMPTY_TARGET(
      ValueKind.FLAG, "", "The target's database may hold objects outside the scope."),
  SNAPSHOT_MAX_AGE(
      ValueKind.DURATION,
      "30m",
      "A snapshot older than this takes no new table: it holds back the source's vacuum."),
  MAX_RETAINED_LOG(
      ValueKind.SIZE,
      "",
      "The source may keep this much log for Fram. At half of it the copy slows, at 70 percent it"
          + " pauses, and at the limit Fram gives its slot up and ends. If not set: what the server"
          + " itself allows, or as much as there is data, at least 10GiB."),
  MAX_COPY_RATE(ValueKind.SIZE, "", "Copies at most this much in a second."),
  MAX_SOURCE_LATENCY_INCREASE(
      ValueKind.PERCENT,
      "",
      "Copies with fewer threads while the source takes longer, by this percentage, to answer a small question"
          + " than before the copy."),
  CHUNK_SIZE(ValueKind.SIZE, "64MiB", "Cuts tables into ranges of about this size."),
  BACKLOG_MEMORY(ValueKind.SIZE, "64MiB", "Changes beyond this wait on disk."),
  BACKLOG_FOLDER(
      ValueKind.PATH, "", "Where they wait; a folder in the temporary folder if not set."),
  MIN_FREE_DISK(
      ValueKind.SIZE, "1GiB", "Stops reading changes when that folder's disk has less left."),
  RETRY_BUDGET(
      ValueKind.DURATION, "10m", "Tries this long to get over a transient fault, then exits 4."),
  DASHBOARD(
      ValueKind.ADDRESS,
      "",
      "Shows the migration on a web page, with its metrics, at http://127.0.0.1:3726 (or a free port),"
          + " or at another host:port. Other addresses than this machine's own need the token."),
  NOTIFY(
      ValueKind.WEBHOOK,
      "",
      "A webhook that is told when the migration is ready, held, throttled, cut over, undone, or needs"
          + " you. Its URL is a secret: better FRAM_NOTIFY or the file than the command line."),
  LOG_FILE(
      ValueKind.PATH,
      "",
      "Writes the log here too, one JSON object a line, each with the migration's id. A file that"
          + " cannot be written stops nothing.");

  private final ValueKind kind;
  private final String fallback;
  private final String description;

  ConfigKey(ValueKind kind, String fallback, String description) {
    this.kind = kind;
    this.fallback = fallback;
    this.description = description;
  }

  /** Which form its values have. */
  public ValueKind kind() {
    return kind;
  }

  /** The value when the user gives none; empty when there is none. */
  public String fallback() {
    return fallback;
  }

  /** One sentence for the help. */
  public String description() {
    return description;
  }

  /** The word itself, as in the file. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public String flag() {
    return "--" + word();
  }

  public String variable() {
    return "FRAM_" + name();
  }

  static Optional<ConfigKey> ofWord(String word) {
    return Arrays.stream(values()).filter(key -> key.word().equals(word)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).map(ConfigKey::word).toList();
  }
}
