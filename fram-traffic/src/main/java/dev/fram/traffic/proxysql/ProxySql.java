// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.Ends;
import dev.fram.api.traffic.SwitchCheck;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * One ProxySQL. Clients stay connected to it: with its only server OFFLINE_SOFT a hostgroup lets
 * transactions end and holds back what comes after, until the target stands in the server's place.
 * Every step asks the admin interface what is so, and keeps nothing from an earlier one.
 */
final class ProxySql implements TrafficSwitch {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final long LOOK_NANOS = 20_000_000;
  private static final int STANDARD_PORT = 3306;
  private static final int ADMIN_PORT = 6032;
  private static final Set<String> PAUSED = Set.of(ServerRows.OFFLINE_SOFT);
  private static final Set<String> SERVING = Set.of(ServerRows.ONLINE, ServerRows.SHUNNED);

  private final SwitchOptions options;
  private final String user;
  private final Address place;
  private final AdminLook.Plan plan;
  private final Address from;
  private final Address to;

  ProxySql(SwitchOptions options, TrafficMove move) {
    this.options = options;
    Endpoint admin = Endpoint.parse(options.required("admin"));
    this.user = admin.user().isEmpty() ? "admin" : admin.user();
    this.place = new Address(admin.host(), admin.port()).orPort(ADMIN_PORT);
    Ends ends = Ends.of(options, move, STANDARD_PORT);
    this.from = ends.from();
    this.to = ends.to();
    this.plan =
        new AdminLook.Plan(
            options.list("hostgroups").stream().map(Integer::valueOf).distinct().sorted().toList(),
            from,
            to,
            options.duration("idle-after"));
  }

  /** What a step does in one session; all of it may be done again. */
  @FunctionalInterface
  private interface Work {
    SwitchOutcome in(Admin admin, ServerRows rows) throws IOException;
  }

  @Override
  public String name() {
    return "proxysql " + place;
  }

  @Override
  public SwitchCheck check() {
    List<String> obstacles = new ArrayList<>();
    String version = "";
    String others = "";
    try (Admin admin = open()) {
      AdminLook look = new AdminLook(admin, plan);
      Optional<String> stranger = look.stranger(user);
      stranger.ifPresent(obstacles::add);
      if (stranger.isEmpty()) {
        version = look.version();
        long nodes = look.clusterNodes();
        others = nodes > 1 ? "; one of " + nodes + " nodes that need an entry each" : "";
        obstacles.addAll(look.obstacles());
      }
    } catch (IOException e) {
      obstacles.add("the admin interface cannot be asked: " + e.getMessage() + ".");
    }
    return new SwitchCheck(
        "would set "
            + from
            + " OFFLINE_SOFT in hostgroup "
            + hostgroups()
            + ", then put "
            + to
            + " in its place, SAVE and LOAD (ProxySQL "
            + version
            + others
            + ")",
        obstacles);
  }

  @Override
  public SwitchOutcome pause(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    return step(
        "Pausing",
        (admin, rows) -> {
          Optional<SwitchOutcome> refused = cannotPause(rows);
          if (refused.isPresent()) {
            return refused.get();
          }
          rows.setStatus(from, ServerRows.ONLINE, ServerRows.OFFLINE_SOFT);
          if (!rows.everywhere(Layer.RUNTIME, from, PAUSED)) {
            rows.load();
          }
          if (!rows.everywhere(Layer.RUNTIME, from, PAUSED)) {
            return notLoaded("OFFLINE_SOFT");
          }
          HeldConnections held = new HeldConnections(admin, rows, from);
          while (busy(held) > 0) {
            if (System.nanoTime() > deadline) {
              return tooLate(limit, rows, held.names());
            }
            LockSupport.parkNanos(LOOK_NANOS);
          }
          return SwitchOutcome.done();
        });
  }

  /** The check was a while ago: LOAD must not bring in what somebody has prepared meanwhile. */
  private Optional<SwitchOutcome> cannotPause(ServerRows rows) throws IOException {
    Set<Integer> without = rows.without(Layer.MEMORY, from);
    if (!without.isEmpty()) {
      return Optional.of(
          new SwitchOutcome.NotDone(
              "Hostgroup " + joined(without) + " has no server " + from + " any more.",
              "",
              Again.BY_HAND));
    }
    List<String> foreign = rows.differencesBeside(Layer.RUNTIME, from);
    return foreign.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new SwitchOutcome.NotDone(
                "mysql_servers differs from runtime_mysql_servers ("
                    + String.join("; ", foreign)
                    + "): LOAD would activate that too.",
                "LOAD it or take it back.",
                Again.BY_HAND));
  }

  private long busy(HeldConnections held) throws IOException {
    long all = held.count();
    return all > 0 && plan.idleAfter().isPresent() ? all - held.idle(plan.idleAfter().get()) : all;
  }

  private SwitchOutcome tooLate(Duration limit, ServerRows rows, List<String> names)
      throws IOException {
    SwitchOutcome back = goOn(rows, from);
    String who = names.isEmpty() ? "by whom is not in sight" : String.join("; ", names);
    String left = back instanceof SwitchOutcome.NotDone no ? " " + no.seen() : "";
    return new SwitchOutcome.NotDone(
        "Connections to "
            + from
            + " were still held after "
            + limit.toMillis()
            + " ms: "
            + who
            + "."
            + left,
        "End these transactions, or let them be shorter. Who holds a connection without a"
            + " transaction is tied to it: see idle-after, and ProxySQL's"
            + " mysql-auto_increment_delay_multiplex.",
        Again.LATER);
  }

  /** The disk first: a ProxySQL that dies from here on comes back with the right server. */
  @Override
  public SwitchOutcome redirect() {
    return step(
        "Pointing elsewhere",
        (admin, rows) -> {
          rows.move(from, to);
          Set<Integer> without = rows.without(Layer.MEMORY, to);
          if (!without.isEmpty()) {
            return new SwitchOutcome.NotDone(
                "Hostgroup " + joined(without) + " has neither " + from + " nor " + to + ".",
                "Put " + to + " there; LOAD and SAVE.",
                Again.BY_HAND);
          }
          Optional<String> unsaved = save(rows);
          if (!leadsThere(rows, Layer.RUNTIME)) {
            rows.load();
          }
          if (!leadsThere(rows, Layer.RUNTIME)) {
            return notLoaded("lead to " + to);
          }
          SwitchOutcome ended = endOldSessions(admin, rows);
          return ended instanceof SwitchOutcome.Done && unsaved.isPresent()
              ? notSaved(unsaved.get())
              : ended;
        });
  }

  /** Why the disk does not lead there; a full one is no reason to keep clients waiting. */
  private Optional<String> save(ServerRows rows) throws IOException {
    if (leadsThere(rows, Layer.DISK)) {
      return Optional.empty();
    }
    try {
      rows.save();
    } catch (AdminError e) {
      return Optional.of("SAVE failed (" + e.getMessage() + ")");
    }
    return leadsThere(rows, Layer.DISK)
        ? Optional.empty()
        : Optional.of("SAVE was answered and not obeyed");
  }

  private SwitchOutcome notSaved(String why) {
    return new SwitchOutcome.NotDone(
        "It leads to " + to + ", but not on disk: " + why + ".",
        "Look into ProxySQL's log and SAVE MYSQL SERVERS TO DISK, or its next start leads back.",
        Again.LATER);
  }

  private boolean leadsThere(ServerRows rows, Layer layer) throws IOException {
    return rows.statuses(layer, from).isEmpty() && rows.everywhere(layer, to, SERVING);
  }

  /** They would meet a closed server: nobody's work is lost by their end. */
  private SwitchOutcome endOldSessions(Admin admin, ServerRows rows) throws IOException {
    HeldConnections held = new HeldConnections(admin, rows, from);
    long deadline = System.nanoTime() + SETTLE.toNanos();
    while (held.count() > 0) {
      held.end();
      if (System.nanoTime() > deadline) {
        return new SwitchOutcome.NotDone(
            "There are still connections to " + from + ": " + String.join("; ", held.names()) + ".",
            "KILL CONNECTION these sessions in the admin interface.",
            Again.LATER);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return SwitchOutcome.done();
  }

  /** The LOAD of {@link #redirect} has let the clients go on already. */
  @Override
  public SwitchOutcome resume() {
    return step("Going on", (admin, rows) -> goOn(rows, to));
  }

  /** Before the hand-over nothing was done but OFFLINE_SOFT, and nothing was saved. */
  @Override
  public SwitchOutcome undo() {
    return step("Going on", (admin, rows) -> goOn(rows, from));
  }

  private SwitchOutcome goOn(ServerRows rows, Address server) throws IOException {
    rows.setStatus(server, ServerRows.OFFLINE_SOFT, ServerRows.ONLINE);
    if (!rows.everywhere(Layer.MEMORY, server, SERVING)) {
      return new SwitchOutcome.NotDone(
          server + " is not ONLINE in each of the hostgroups " + hostgroups() + ".",
          "Look into mysql_servers.",
          Again.BY_HAND);
    }
    if (!rows.everywhere(Layer.RUNTIME, server, SERVING)) {
      rows.load();
    }
    return rows.everywhere(Layer.RUNTIME, server, SERVING)
        ? SwitchOutcome.done()
        : notLoaded("go on with " + server);
  }

  /** Where it fails, what is so is asked again: all of it may be done twice. */
  private SwitchOutcome step(String name, Work work) {
    try (Admin admin = open()) {
      return work.in(admin, new ServerRows(admin, plan.hostgroups()));
    } catch (IOException e) {
      return new SwitchOutcome.NotDone(
          name + " failed: " + e.getMessage() + ".",
          "Look whether ProxySQL runs, and into its runtime_mysql_servers: what is OFFLINE_SOFT"
              + " holds clients back.",
          Again.LATER);
    }
  }

  private SwitchOutcome notLoaded(String what) {
    return new SwitchOutcome.NotDone(
        "LOAD MYSQL SERVERS TO RUNTIME was answered, but hostgroup "
            + hostgroups()
            + " does not all "
            + what
            + ".",
        "Look into ProxySQL's log and runtime_mysql_servers.",
        Again.LATER);
  }

  private Admin open() throws IOException {
    return Admin.open(place, new Admin.Login(user, options.password()), LIMIT);
  }

  private String hostgroups() {
    return joined(plan.hostgroups());
  }

  private static String joined(Iterable<Integer> hostgroups) {
    List<String> words = new ArrayList<>();
    hostgroups.forEach(one -> words.add(String.valueOf(one)));
    return String.join(", ", words);
  }
}
