// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.cli.config.ConfigValues;
import dev.fram.cli.config.JumpHosts;
import dev.fram.cli.config.RunSettings;
import dev.fram.cli.config.Servers;
import dev.fram.cli.ssh.SshPlan;
import dev.fram.cli.ssh.Tunnels;
import dev.fram.cli.tui.Deck;
import dev.fram.cli.tui.JsonPresenter;
import dev.fram.cli.tui.LinePresenter;
import dev.fram.cli.tui.Picture;
import dev.fram.cli.tui.Presenter;
import dev.fram.cli.tui.ScreenPresenter;
import dev.fram.cli.tui.StillPresenter;
import dev.fram.cli.tui.Terminal;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.run.MigrationSettings;
import java.util.List;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One call of a command: the user's settings and terminal, and the way from there to the core.
 *
 * @param terminal where output goes
 * @param output how the user wants it
 * @param values the settings
 * @param tunnels the ways to servers behind jump hosts; closed by whoever made the session
 */
record Session(Terminal terminal, OutputOptions output, ConfigValues values, Tunnels tunnels) {

  Servers servers() {
    RunSettings.requireResidency(values);
    SshPlan plan = JumpHosts.plan(values, terminal.surroundings());
    return Servers.from(values, terminal.surroundings())
        .through(tunnels, plan)
        .on(JumpHosts.targetMachine(values, tunnels, plan));
  }

  MigrationSettings settings() {
    return RunSettings.from(values, terminal.surroundings());
  }

  /** The engine that answers to the servers' scheme. */
  static Engine engine(RouteRequest request) {
    String scheme = request.source().scheme();
    TreeSet<String> known = new TreeSet<>();
    for (Engine engine : ServiceLoader.load(Engine.class)) {
      if (engine.schemes().contains(scheme)) {
        return engine;
      }
      known.addAll(engine.schemes());
    }
    throw new FramException(
        ErrorCode.CONFIG_INVALID,
        "No engine answers to " + scheme + "://.",
        "Known are: " + String.join(", ", known) + ".");
  }

  MigrationRun migrationRun(RouteRequest request, MigrationSettings settings) {
    return new MigrationRun(engine(request), request, settings, Clock.system());
  }

  MigrationClient client() {
    return client(servers().request(), settings());
  }

  MigrationClient client(RouteRequest request, MigrationSettings settings) {
    return new MigrationClient(engine(request), request, settings, Clock.system());
  }

  /** Lines or JSON, never a screen. */
  Presenter lines() {
    if (output.json()) {
      return new JsonPresenter(terminal);
    }
    return new LinePresenter(terminal, detail());
  }

  /** For `check`: every finding is shown, the good ones too, unless the user wants quiet. */
  Presenter checks() {
    if (output.json()) {
      return new JsonPresenter(terminal);
    }
    return new LinePresenter(
        terminal, output.quiet() ? LinePresenter.Detail.QUIET : LinePresenter.Detail.ALL);
  }

  /** For `status`: one whole picture. */
  Presenter snapshot() {
    if (output.json()) {
      return new JsonPresenter(terminal);
    }
    return output.quiet() ? lines() : new StillPresenter(terminal);
  }

  /** A live screen when a person looks on and asked for nothing else. */
  Presenter live(String footer, Supplier<List<Picture.Extra>> extras) {
    return live(Deck.none(footer), extras);
  }

  /** The same with keys. */
  Presenter live(Deck deck, Supplier<List<Picture.Extra>> extras) {
    boolean screen =
        terminal.interactive() && !output.json() && !output.quiet() && !output.verbose();
    return screen ? new ScreenPresenter(terminal, deck, () -> withLog(extras.get())) : lines();
  }

  /** What is written to the error stream is soon painted over by the screen. */
  private static List<Picture.Extra> withLog(List<Picture.Extra> extras) {
    return Logging.trouble()
        .map(trouble ->
            Stream.concat(extras.stream(), Stream.of(new Picture.Extra("Log", trouble))).toList())
        .orElse(extras);
  }

  /** Shows each picture; the log names its migration from then on. */
  static Consumer<Status> shownBy(Presenter presenter) {
    return status -> {
      Logging.name(status.migration());
      presenter.show(status);
    };
  }

  private LinePresenter.Detail detail() {
    if (output.verbose()) {
      return LinePresenter.Detail.ALL;
    }
    return output.quiet() ? LinePresenter.Detail.QUIET : LinePresenter.Detail.STEPS;
  }
}
