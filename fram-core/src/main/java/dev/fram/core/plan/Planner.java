// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.plan;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.Way;
import dev.fram.api.engine.Ways;
import dev.fram.api.error.FramException;
import dev.fram.core.run.MigrationSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks of each way what fram check would ask with that way's options, and so can promise nothing
 * that fram migrate would refuse. Reads only; owned by one thread.
 */
public final class Planner {
  private final Engine engine;
  private final MigrationSettings settings;

  public Planner(Engine engine, MigrationSettings settings) {
    this.engine = engine;
    this.settings = settings;
  }

  /**
   * @param ways what the engine offers
   * @param named the name of the way that the user's own settings choose
   * @param progress told what is done
   * @throws FramException SERVER_UNREACHABLE, AUTHENTICATION_FAILED, CONFIG_INVALID
   */
  public Plan plan(Ways ways, Optional<String> named, Consumer<String> progress) {
    List<PlannedWay> planned = new ArrayList<>();
    Optional<Setting> setting = Optional.empty();
    for (Way way : ways.offered()) {
      try (Route route = engine.open(way.request())) {
        if (setting.isEmpty()) {
          setting = Optional.of(setting(route));
          progress.accept(servers(setting.get()));
        }
        progress.accept("asking what " + way.name() + " needs");
        planned.add(asked(way, route));
      }
    }
    return new Plan(setting.orElseThrow(), planned, ways.others(), named);
  }

  private Setting setting(Route route) {
    return new Setting(
        route.source().server(),
        route.target().server(),
        data(route),
        route.target().journal().load().map(MigrationRecord::phase),
        settings.cutover().writeBlockBudget().toMillis());
  }

  /** A login that may not see the catalog is the checks' to explain. */
  private static Optional<DataSet> data(Route route) {
    try {
      return Optional.of(DataSet.of(route.source().tables()));
    } catch (FramException e) {
      return Optional.empty();
    }
  }

  private PlannedWay asked(Way way, Route route) {
    List<Finding> back =
        settings.reverse().on()
            ? route.back().map(turned -> findings(turned.checks())).orElse(List.of())
            : List.of();
    return new PlannedWay(way, findings(route.checks()), back);
  }

  private static List<Finding> findings(List<Check> checks) {
    return checks.stream().flatMap(check -> check.run().stream()).toList();
  }

  private static String servers(Setting setting) {
    return "source "
        + setting.source().name()
        + " ("
        + setting.source().product()
        + " "
        + setting.source().version()
        + "), target "
        + setting.target().name()
        + " ("
        + setting.target().product()
        + " "
        + setting.target().version()
        + ")";
  }
}
