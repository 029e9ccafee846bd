// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.ClientPath;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.chronicle.Chronicler;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.guard.SourceGuard;
import dev.fram.core.journal.Journal;
import dev.fram.core.lag.Contact;
import dev.fram.core.residency.Witness;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import dev.fram.core.throttle.Pace;
import dev.fram.core.traffic.ClientProbe;
import dev.fram.core.traffic.Traffic;
import dev.fram.core.verify.Ledger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * From connecting to closing every connection again: whatever it does, nothing of it is left in
 * this process afterwards. Owned by the run's own thread.
 */
final class Attempt {
  private final Engine engine;
  private final RouteRequest request;
  private final MigrationSettings settings;
  private final Clock clock;
  private final EventBus bus;
  private int leases;

  Attempt(
      Engine engine, RouteRequest request, MigrationSettings settings, Clock clock, EventBus bus) {
    this.engine = engine;
    this.request = request;
    this.settings = settings;
    this.clock = clock;
    this.bus = bus;
  }

  /** Before the first lease a failure is told at once: an address may simply be wrong. */
  boolean everLeased() {
    return leases > 0;
  }

  /** Our own dead session may hold the lease for a while: that passes. */
  FramException sameAsBefore(FramException e) {
    return e.code() == ErrorCode.LEASE_HELD
        ? new FramException(ErrorCode.SERVER_UNREACHABLE, e.seen(), e.remedy(), e)
        : e;
  }

  PhaseName run(Orders orders, Consumer<Finding> findings, Consumer<Status> listener) {
    // Those that were asked before the target's records could be made are asked again after that.
    Set<Finding> told = new HashSet<>();
    Consumer<Finding> once =
        finding -> {
          if (told.add(finding)) {
            findings.accept(finding);
          }
        };
    if (!arrived(orders, once, listener)) {
      return bus.projector().phase();
    }
    return registered(orders, once, listener);
  }

  /** Returns false when somebody wants the run to end before the target has what it needs. */
  private boolean arrived(Orders orders, Consumer<Finding> findings, Consumer<Status> listener) {
    StopSignal signal = new StopSignal();
    orders.attach(signal);
    bus.projector().names("", request.source().display(), request.target().display());
    Consumer<String> notes =
        note -> {
          bus.publish(new RunEvent.Noted(note));
          listener.accept(bus.projector().picture());
        };
    try {
      new Arrival(engine, request, settings, findings, notes).complete(orders.goal(), signal);
      return true;
    } catch (Stopped e) {
      return false;
    } finally {
      orders.detach();
    }
  }

  private PhaseName registered(
      Orders orders, Consumer<Finding> findings, Consumer<Status> listener) {
    try (Route route = engine.open(request)) {
      Registration registration = new Registration(route, request);
      registration.register(orders.goal());
      try (Lease lease = registration.lease()) {
        Journal journal = new Journal(route.target().journal(), lease.epoch());
        bus.projector()
            .names(
                route.id().value(), route.source().server().name(), route.target().server().name());
        new Witness(route, request, settings.places(), connections(route.id()), clock)
            .record(journal, Registration.holder());
        try (ClientProbe probe = new ClientProbe(path(route), bus, clock);
            ClientProbe back = new ClientProbe(route.back().flatMap(this::path), bus, clock)) {
          Turns turns =
              new Turns(
                  route,
                  settings.reverse(),
                  (way, turn) ->
                      parts(
                          way,
                          new Journal(journal.store(), lease.epoch(), turn),
                          turn % 2 == 0 ? back : probe));
          return leased(turns, lease, orders, findings, listener);
        }
      }
    }
  }

  /** What the run connects to beside the two servers, for the residency record. */
  private List<String> connections(MigrationId id) {
    List<String> others = new ArrayList<>();
    TrafficMove move = move(request, id, TrafficMove.Direction.FORWARD);
    settings.traffic().switches().forEach(one -> others.add(one.open(move).name()));
    settings.traffic().probe().ifPresent(probe -> others.add("probe: " + probe.display()));
    return others;
  }

  private Optional<ClientPath> path(Route route) {
    return settings.traffic().probe().map(route::clientPath);
  }

  /** The switches of a turn. */
  static Traffic traffic(
      RouteRequest request,
      MigrationSettings settings,
      MigrationId id,
      Journal journal,
      EventBus bus) {
    return new Traffic(
        settings.traffic(), move(request, id, Turns.direction(journal.turn())), journal, bus);
  }

  private RunParts parts(Route way, Journal journal, ClientProbe probe) {
    TrafficMove.Direction direction = Turns.direction(journal.turn());
    EventBus own = direction == TrafficMove.Direction.BACK ? bus.reverse() : bus;
    Traffic traffic = traffic(request, settings, way.id(), journal, own);
    return new RunParts(engine, way, journal, own, settings, direction, traffic, probe, clock);
  }

  private static TrafficMove move(
      RouteRequest request, MigrationId id, TrafficMove.Direction direction) {
    TrafficMove.Server source = server(request.source());
    TrafficMove.Server target = server(request.target());
    return switch (direction) {
      case FORWARD -> new TrafficMove(id, direction, source, target);
      case BACK -> new TrafficMove(id, direction, target, source);
    };
  }

  private static TrafficMove.Server server(Endpoint endpoint) {
    return new TrafficMove.Server(
        new Address(endpoint.host(), endpoint.port()), endpoint.database());
  }

  private PhaseName leased(
      Turns turns,
      Lease lease,
      Orders orders,
      Consumer<Finding> findings,
      Consumer<Status> listener) {
    RunParts parts = turns.parts(1);
    MigrationRecord recorded = parts.journal().store().load().orElseThrow();
    Ledger ledger = new Ledger(settings.verify().ledgerKeys());
    Pipeline pipeline = new Pipeline(parts, ledger);
    Pace pace = new Pace(clock, settings.copy().jobs(), settings.guard().mostRate());
    CommandDesk desk =
        new CommandDesk(
            parts.journal().store(),
            orders,
            () -> bus.projector().phase(),
            new Intermission(orders, pace, bus));
    if (leases++ == 0) {
      desk.refuseOld();
    }
    Screen.Contacts contacts = new Screen.Contacts(new Contact(clock), new Contact(clock));
    try (Chronicler chronicler =
            new Chronicler(parts.journal(), bus, clock, Registration.holder());
        WorkerGroup background = new WorkerGroup(new StopSignal(), parts.route()::close);
        Migration migration =
            new Migration(
                parts,
                new Migration.Ways(turns, pipeline, ledger, pace),
                lease,
                orders,
                recorded,
                background.signal())) {
      Screen screen = new Screen(parts, pipeline, contacts, listener);
      background.start("screen", () -> screen.run(background.signal()));
      Reporter reporter = new Reporter(parts, desk, chronicler, contacts.target());
      background.start("status", () -> reporter.run(background.signal()));
      watch(background, parts, pipeline, pace, contacts);
      Farewell farewell = new Farewell(parts, migration, orders);
      try {
        workOrStop(background, migration, farewell, orders, findings);
      } catch (FramException e) {
        told(e, farewell, chronicler);
        throw e;
      }
      PhaseName reached = migration.phase().name();
      if (reached != PhaseName.COMPLETED && reached != PhaseName.CANCELLED) {
        chronicler.end();
      }
      return migration.phase().name();
    }
  }

  /** Those that look on, each on a thread of its own. */
  private static void watch(
      WorkerGroup background,
      RunParts parts,
      Pipeline pipeline,
      Pace pace,
      Screen.Contacts contacts) {
    SourceWatch watch =
        new SourceWatch(parts, pipeline, new SourceGuard(parts, pace), contacts.source());
    DriftHold drift = new DriftHold(parts);
    LagWatch lag = new LagWatch(parts, pipeline, contacts.source());
    SilentTarget silent =
        new SilentTarget(
            parts.route().target(), contacts.target(), parts.settings().rhythm().watch());
    background.start("watch", () -> watch.run(background.signal()));
    background.start("drift", () -> drift.run(background.signal()));
    background.start("lag", () -> lag.run(background.signal()));
    background.start("silent", () -> silent.run(background.signal()));
  }

  private static void workOrStop(
      WorkerGroup background,
      Migration migration,
      Farewell farewell,
      Orders orders,
      Consumer<Finding> findings) {
    try {
      work(migration, farewell, orders, findings);
    } catch (FramException e) {
      // What failed beside it may have cut its connections.
      if (e.category() == ErrorCategory.TRANSIENT) {
        background.rethrow();
      }
      throw e;
    } catch (Stopped e) {
      migration.rethrow();
      background.rethrow();
      stopped(migration, farewell, orders);
    }
  }

  private static void work(
      Migration migration, Farewell farewell, Orders orders, Consumer<Finding> findings) {
    switch (orders.goal()) {
      case MIGRATE, CUTOVER, ROLLBACK, RESOLVE -> {
        migration.run(findings);
        farewell.clear();
        farewell.answerAll("The migration is " + migration.phase().name() + ".");
      }
      case CANCEL -> farewell.cancel();
      case COMPLETE -> farewell.complete();
    }
  }

  private static void stopped(Migration migration, Farewell farewell, Orders orders) {
    switch (orders.ending().orElse(Orders.Ending.STOP)) {
      case CANCEL -> {
        migration.close();
        farewell.cancel();
      }
      case COMPLETE -> {
        migration.close();
        farewell.complete();
      }
      case STOP ->
          farewell.answerAll(
              Answer.refused(
                  ErrorCode.CANCELLED, "The run was stopped; run fram migrate to resume."));
    }
  }

  /** Those who wait for an answer hear of an end that no further attempt can mend. */
  private static void told(FramException e, Farewell farewell, Chronicler chronicler) {
    boolean lasting = e.category() != ErrorCategory.TRANSIENT && e.category() != ErrorCategory.HELD;
    if (lasting && e.code() != ErrorCode.FENCED) {
      try {
        farewell.answerAll(Answer.failed(e));
        chronicler.end();
      } catch (FramException second) {
        e.addSuppressed(second);
      }
    }
  }
}
