// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.Ends;
import dev.fram.api.traffic.SwitchCheck;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import dev.fram.traffic.file.WholeFile;
import dev.fram.traffic.hook.Facts;
import dev.fram.traffic.hook.ShellCommand;
import dev.fram.traffic.socket.Place;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * One PgBouncer. Clients stay connected to it all the time: PAUSE lets their transactions end and
 * holds back the next ones, the file and RELOAD give it another server, RESUME lets them go on
 * there. Every step asks the console what is so, and keeps nothing from an earlier one.
 */
final class PgBouncer implements TrafficSwitch {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final Duration COMMAND = Duration.ofMinutes(1);
  private static final int STANDARD_PORT = 5432;
  private static final int CONSOLE_PORT = 6432;

  private final SwitchOptions options;
  private final TrafficMove move;
  private final Endpoint admin;
  private final Place place;
  private final List<String> databases;
  private final AdminSession session;
  private final Ends ends;
  private final Address from;
  private final Address to;

  PgBouncer(SwitchOptions options, TrafficMove move) {
    this.options = options;
    this.move = move;
    this.admin = Endpoint.parse(options.required("admin"));
    this.place = place(admin);
    this.databases = options.list("databases");
    this.session = new AdminSession(this::open, LIMIT);
    this.ends = Ends.of(options, move, STANDARD_PORT);
    this.from = ends.from();
    this.to = ends.to();
  }

  @Override
  public String name() {
    return "pgbouncer " + place;
  }

  @Override
  public SwitchCheck check() {
    List<String> obstacles = new ArrayList<>();
    config().ifPresent(file -> obstacles.addAll(fileObstacles(file)));
    String version = "";
    try (Console console = open()) {
      ConsoleLook look = new ConsoleLook(console);
      version = look.version();
      obstacles.addAll(look.obstacles(user(), databases, ends));
    } catch (IOException e) {
      obstacles.add("the admin console cannot be asked: " + e.getMessage() + ".");
    }
    return new SwitchCheck(
        "would PAUSE, point "
            + String.join(", ", databases)
            + " from "
            + from
            + " to "
            + to
            + ", RELOAD, RECONNECT and RESUME ("
            + version
            + ")",
        obstacles);
  }

  @Override
  public SwitchOutcome pause(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      return session.with(console -> pause(console, deadline));
    } catch (SocketTimeoutException e) {
      return new SwitchOutcome.NotDone(
          "PAUSE did not end within " + limit.toMillis() + " ms: " + blockers() + ".",
          "End these transactions, or let them be shorter.",
          Again.LATER);
    } catch (IOException e) {
      return failed("PAUSE", e);
    }
  }

  private SwitchOutcome pause(Console console, long deadline) throws IOException {
    for (String database : databases) {
      Duration left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
      if (!entry(console.within(LIMIT), database).isPaused()) {
        console.within(left).ask("PAUSE " + quoted(database));
      }
    }
    return SwitchOutcome.done();
  }

  /** Who holds a server connection; asked on another connection, for PAUSE keeps its own busy. */
  private String blockers() {
    try (Console console = open()) {
      List<String> found = new ConsoleLook(console).busy(databases);
      return found.isEmpty()
          ? "nobody holds a server connection any more"
          : String.join("; ", found);
    } catch (IOException e) {
      return "and who is in the way cannot be asked (" + e.getMessage() + ")";
    }
  }

  /** The file first: a PgBouncer that dies from here on comes back with the right server. */
  @Override
  public SwitchOutcome redirect() {
    Optional<SwitchOutcome> refused = configure();
    if (refused.isPresent()) {
      return refused.get();
    }
    try {
      return session.with(this::reload);
    } catch (IOException e) {
      return failed("RELOAD", e);
    }
  }

  private SwitchOutcome reload(Console console) throws IOException {
    // Without this a server that had trouble in the past would be tried again only later.
    console.ask("RELOAD");
    long deadline = System.nanoTime() + SETTLE.toNanos();
    for (String database : databases) {
      while (!entry(console.within(LIMIT), database).address().equals(Optional.of(to))) {
        if (System.nanoTime() > deadline) {
          return notTaken(database);
        }
        LockSupport.parkNanos(10_000_000);
      }
      console.ask("RECONNECT " + quoted(database));
    }
    return awaitNoOldServer(console, deadline);
  }

  @Override
  public SwitchOutcome resume() {
    try {
      return session.with(console -> {
        LoginRetry retry = LoginRetry.shortened(console, databases);
        try {
          return resume(console);
        } finally {
          retry.restore();
        }
      });
    } catch (IOException e) {
      return failed("RESUME", e);
    } finally {
      session.end();
    }
  }

  private SwitchOutcome resume(Console console) throws IOException {
    for (String database : databases) {
      if (entry(console, database).isPaused()) {
        console.ask("RESUME " + quoted(database));
      }
      if (entry(console, database).isPaused()) {
        return new SwitchOutcome.NotDone(
            database + " is still paused after RESUME.", "RESUME it by hand.", Again.LATER);
      }
    }
    return SwitchOutcome.done();
  }

  /** Before the hand-over nothing but PAUSE was done. */
  @Override
  public SwitchOutcome undo() {
    return resume();
  }

  private SwitchOutcome awaitNoOldServer(Console console, long deadline) throws IOException {
    ConsoleLook look = new ConsoleLook(console);
    while (true) {
      List<String> old = look.connected(databases, from);
      if (old.isEmpty()) {
        return SwitchOutcome.done();
      }
      if (System.nanoTime() > deadline) {
        return new SwitchOutcome.NotDone(
            "There are still connections to " + from + ": " + String.join("; ", old) + ".",
            "End these clients' sessions, or KILL the database in the console.",
            Again.LATER);
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private Optional<SwitchOutcome> configure() {
    Optional<WholeFile> file = config();
    return file.isPresent() ? edit(file.get()) : command(options.required("config-command"));
  }

  private Optional<SwitchOutcome> edit(WholeFile file) {
    try {
      String text = file.read();
      PoolFile before = new PoolFile(text);
      PoolFile after = before;
      for (String database : databases) {
        if (before.address(database).isEmpty()) {
          return Optional.of(
              new SwitchOutcome.NotDone(
                  file.path() + " has no entry " + database + " with a host any more.",
                  "",
                  Again.BY_HAND));
        }
        after = after.pointing(database, to, newName());
      }
      if (!after.text().equals(text)) {
        file.replace(after.text());
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          new SwitchOutcome.NotDone(
              file.path() + " could not be changed: " + e.getMessage() + ".", "", Again.LATER));
    }
  }

  private Optional<SwitchOutcome> command(String command) {
    return switch (new ShellCommand(command, Facts.of(move, "config-command")).run(COMMAND)) {
      case ShellCommand.End.Exited exited when exited.code() == 0 -> Optional.empty();
      case ShellCommand.End.Exited exited ->
          Optional.of(
              new SwitchOutcome.NotDone(
                  "config-command ended with exit code " + exited.code() + ".", "", Again.LATER));
      case ShellCommand.End.TooLate late ->
          Optional.of(
              new SwitchOutcome.NotDone(
                  "config-command did not end within " + COMMAND.toMillis() + " ms.",
                  "",
                  Again.LATER));
      case ShellCommand.End.NotStarted none ->
          Optional.of(
              new SwitchOutcome.NotDone("config-command could not be started.", "", Again.BY_HAND));
    };
  }

  /** Only where the name differs: an entry that names none takes its own. */
  private Optional<String> newName() {
    return move.from().database().equals(move.to().database())
        ? Optional.empty()
        : Optional.of(move.to().database()).filter(name -> !name.isEmpty());
  }

  private List<String> fileObstacles(WholeFile file) {
    List<String> obstacles = new ArrayList<>();
    try {
      PoolFile text = new PoolFile(file.read());
      for (String database : databases) {
        Optional<Address> leads = text.address(database);
        if (leads.isEmpty()) {
          obstacles.add(
              file.path()
                  + " has no entry "
                  + database
                  + " with a host. Name the file that has it; an entry for all (*) has no name to"
                  + " point elsewhere.");
        } else if (!leads.get().equals(from)) {
          obstacles.add(
              file.path()
                  + ": "
                  + database
                  + " leads to "
                  + leads.get()
                  + ", not to "
                  + from
                  + ". "
                  + ends.remedy());
        }
      }
      if (!file.replaceable()) {
        obstacles.add(file.path() + " cannot be replaced. Let Fram write to it and to its folder.");
      }
    } catch (IOException e) {
      obstacles.add(file.path() + " cannot be read: " + e.getMessage() + ".");
    }
    return obstacles;
  }

  private SwitchOutcome notTaken(String database) {
    return new SwitchOutcome.NotDone(
        "RELOAD was answered, but " + database + " does not lead to " + to + ".",
        "Look into PgBouncer's log: an error in its file makes it keep the old settings.",
        Again.LATER);
  }

  private static PoolEntry entry(Console console, String database) throws IOException {
    for (Map<String, String> row : console.ask("SHOW DATABASES")) {
      if (database.equals(row.get("name"))) {
        return PoolEntry.of(row);
      }
    }
    throw new ConsoleError("it knows no database " + database);
  }

  private static SwitchOutcome failed(String command, IOException e) {
    return new SwitchOutcome.NotDone(
        command + " failed: " + e.getMessage() + ".",
        "Look whether PgBouncer runs; RESUME it by hand if it is paused.",
        Again.LATER);
  }

  private Console open() throws IOException {
    String database = admin.database().isEmpty() ? "pgbouncer" : admin.database();
    return Console.open(place, new Console.Login(user(), database, options.password()), LIMIT);
  }

  private String user() {
    return admin.user().isEmpty() ? "pgbouncer" : admin.user();
  }

  private Optional<WholeFile> config() {
    return options.text("config").map(Path::of).map(WholeFile::new);
  }

  private static Place place(Endpoint admin) {
    int port = admin.port() == 0 ? CONSOLE_PORT : admin.port();
    String folder = admin.parameters().get("socket");
    return folder == null
        ? new Place.Tcp(new Address(admin.host(), port))
        : new Place.Unix(Path.of(folder, ".s.PGSQL." + port));
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
