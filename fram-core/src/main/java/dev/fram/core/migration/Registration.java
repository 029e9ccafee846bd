// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.ServerInfo;
import java.lang.management.ManagementFactory;

/** Finds the migration that the target has recorded, or begins one, and takes its lease. */
final class Registration {
  private final Route route;
  private final RouteRequest request;

  Registration(Route route, RouteRequest request) {
    this.route = route;
    this.request = request;
  }

  /**
   * Makes sure that there is a record and that it is this migration's.
   *
   * @throws FramException MIGRATION_MISSING when the goal needs one; MIGRATION_MISMATCH
   */
  void register(Goal goal) {
    JournalStore store = route.target().journal();
    MigrationRecord record = store.load().orElseGet(() -> begin(store, goal));
    if (!record.id().equals(route.id())) {
      throw new FramException(
          ErrorCode.LEASE_HELD, "Another run has begun a migration just now.", "Run this again.");
    }
    requireSource(record);
    if (goal != Goal.CANCEL) {
      requireScope(record);
    }
  }

  /**
   * Makes sure that what is recorded is what was asked about.
   *
   * @throws FramException MIGRATION_MISMATCH
   */
  void requireSame(MigrationRecord record) {
    requireSource(record);
    requireScope(record);
  }

  /**
   * Makes sure that the source is the one that is recorded.
   *
   * @throws FramException MIGRATION_MISMATCH
   */
  void requireSource(MigrationRecord record) {
    if (!record.source().equals(source(route.source().server()))) {
      throw mismatch("another source (" + record.source() + ")");
    }
  }

  private void requireScope(MigrationRecord record) {
    if (!record.scope().equals(PhaseJson.scope(request))) {
      throw mismatch("another scope (" + record.scope() + ")");
    }
  }

  /**
   * @throws FramException LEASE_HELD
   */
  Lease lease() {
    return route
        .target()
        .lease(holder())
        .orElseThrow(() ->
            new FramException(
                ErrorCode.LEASE_HELD,
                "Target "
                    + route.target().server().name()
                    + ": another run works on this migration"
                    + route.target().leaseHolder().map(h -> " (" + h + ")").orElse("")
                    + ".",
                "fram status shows it; end it before you start another."));
  }

  /** This process, for people: its number and its host. */
  static String holder() {
    return ManagementFactory.getRuntimeMXBean().getName();
  }

  private MigrationRecord begin(JournalStore store, Goal goal) {
    if (goal != Goal.MIGRATE) {
      throw missing(route.target().server());
    }
    Phase first = new Phase.Planned();
    return store.create(
        new MigrationRecord(
            route.id(),
            source(route.source().server()),
            PhaseJson.scope(request),
            first.name().name(),
            PhaseJson.evidence(first, 1),
            0));
  }

  static FramException missing(ServerInfo target) {
    return new FramException(
        ErrorCode.MIGRATION_MISSING,
        "Target " + target.name() + " knows of no migration.",
        "Begin one with fram migrate.");
  }

  private FramException mismatch(String what) {
    return new FramException(
        ErrorCode.MIGRATION_MISMATCH,
        "Target " + route.target().server().name() + " holds a migration of " + what + ".",
        "Name the same source and scope, or run fram cancel first.");
  }

  private static String source(ServerInfo server) {
    return server.identity() + server.name().substring(Math.max(0, server.name().indexOf('/')));
  }
}
