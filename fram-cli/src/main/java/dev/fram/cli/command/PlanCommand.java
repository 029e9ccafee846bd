// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Way;
import dev.fram.api.engine.Ways;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.model.TableOptions;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.ConfigValues;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.plan.Plan;
import dev.fram.core.plan.PlannedWay;
import dev.fram.core.plan.Planner;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Says which way to take, before anything is touched. */
@Command(
    name = "plan",
    description = {
      "Says which ways of moving are possible between these two servers, why the others are not, and"
          + " recommends one.",
      "Asks of each way what fram check asks with its options. Reads only; nothing is left behind."
          + " Exit code 1 when none is possible."
    })
final class PlanCommand implements FramCommand {
  @Override
  public Set<ConfigKey> keys() {
    Set<ConfigKey> keys = Keys.scope();
    keys.add(ConfigKey.WRITE_BLOCK_BUDGET);
    keys.add(ConfigKey.REVERSE_WINDOW);
    return keys;
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    Servers servers = session.servers();
    RouteRequest request = servers.request();
    Engine engine = Session.engine(request);
    NativeFeed replica = session.values().replica();
    Ways ways = engine.ways(request, replica);
    try (Presenter presenter = session.lines()) {
      servers.warnings().forEach(presenter::warn);
      return Outcome.show(
          session,
          presenter,
          () -> {
            Optional<String> named = named(session.values(), request, ways, presenter);
            Plan plan = new Planner(engine, session.settings()).plan(ways, named, presenter::say);
            plan.setting()
                .recorded()
                .ifPresent(phase ->
                    presenter.warn(
                        "The target records a migration that is "
                            + phase
                            + " (fram status). It goes on in the way in which it was begun; this"
                            + " plan is for another one."));
            presenter.planned(plan);
            return answer(plan);
          });
    }
  }

  /** Which way the user's settings choose by themselves; empty when they choose none. */
  private static Optional<String> named(
      ConfigValues values, RouteRequest request, Ways ways, Presenter presenter) {
    if (Stream.of(ConfigKey.COPY, ConfigKey.FEED, ConfigKey.ONE_SNAPSHOT)
        .noneMatch(values::given)) {
      return Optional.empty();
    }
    Optional<String> named =
        ways.offered().stream().filter(way -> chooses(request, way)).map(Way::name).findFirst();
    if (named.isEmpty()) {
      presenter.warn(
          "Your settings (copy, feed, one-snapshot) name a way that there is not for this product.");
    }
    return named;
  }

  private static boolean chooses(RouteRequest request, Way way) {
    TableOptions.States states = way.request().tableOptions().states();
    return request.nativeFeed().isPresent() == way.request().nativeFeed().isPresent()
        && request.serverClone().isPresent() == way.request().serverClone().isPresent()
        && request.tableOptions().states() == states;
  }

  private static Answer answer(Plan plan) {
    Optional<PlannedWay> taken = plan.recommended();
    if (taken.isEmpty()) {
      return Answer.refused(ErrorCode.CHECK_FAILED, none(plan));
    }
    String options = taken.get().way().options();
    String more = options.isEmpty() ? "" : " " + options;
    return Answer.done(
        "Take " + taken.get().way().name() + "; nothing was touched. Go on with:",
        List.of(
            "fram check" + more + "   (every finding, with what to do about it)",
            "fram measure   (how long it takes, from figures of these servers)",
            "fram migrate" + more));
  }

  private static String none(Plan plan) {
    boolean back =
        plan.ways().stream()
            .anyMatch(way -> way.verdict() == PlannedWay.Verdict.WITHOUT_A_WAY_BACK);
    return "No way is possible with these settings. Mend what failed and run fram plan again"
        + (back ? ", or do without the way back: --reverse-window none." : ".");
  }
}
