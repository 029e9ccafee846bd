// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import dev.fram.cli.report.ReportPage;
import dev.fram.cli.tui.Picture;
import dev.fram.cli.tui.PlainStory;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.report.ReportJson;
import dev.fram.web.page.Dashboard;
import dev.fram.web.page.Reply;
import dev.fram.web.page.RunningMigration;
import dev.fram.web.page.Token;
import dev.fram.web.page.WebAddress;
import dev.fram.web.page.WrittenReport;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The web page of the run in this process, when the user wants one; else it does nothing. The token
 * is shown to a person at a terminal and to nobody else: what is piped ends in files. Thread-safe.
 */
final class RunPage implements AutoCloseable {
  static final String TOKEN_VARIABLE = "FRAM_DASHBOARD_TOKEN";

  private final Optional<Dashboard> page;
  private final Door door;
  private final String link;
  private final List<String> notes;

  /**
   * @param notes sentences for the start
   */
  private RunPage(Optional<Dashboard> page, Door door, String link, List<String> notes) {
    this.page = page;
    this.door = door;
    this.link = link;
    this.notes = List.copyOf(notes);
  }

  /**
   * Opens the page that the settings ask for.
   *
   * @throws FramException CONFIG_INVALID when it cannot be had that way
   */
  static RunPage open(Session session) {
    Door door = new Door();
    Optional<WebAddress> wanted = session.values().dashboard();
    if (wanted.isEmpty()) {
      return new RunPage(Optional.empty(), door, "", List.of());
    }
    WebAddress address = wanted.get();
    Optional<String> given = session.terminal().surroundings().variable(TOKEN_VARIABLE);
    given.ifPresent(RunPage::requireLong);
    boolean loopback = loopback(address);
    boolean seen = session.terminal().interactive();
    if (!loopback && given.isEmpty() && !seen) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "--dashboard at "
              + address.host()
              + " needs a token, and no terminal is there to show one.",
          "Set " + TOKEN_VARIABLE + ", for example to the output of `openssl rand -hex 16`.");
    }
    Token token = given.map(Token::of).orElseGet(() -> Token.made(new SecureRandom()));
    Dashboard page = Dashboard.open(address, token, door);
    String link = page.url() + (given.isEmpty() && seen ? "#token=" + token.reveal() : "");
    return new RunPage(
        Optional.of(page), door, link, notes(link, given.isPresent(), seen, loopback));
  }

  private static List<String> notes(String link, boolean given, boolean seen, boolean loopback) {
    String how =
        given
            ? "it asks for the token of " + TOKEN_VARIABLE + " before it acts"
            : seen
                ? "whoever has the whole link may act"
                : "to look on; set " + TOKEN_VARIABLE + " to act there too";
    String note = "The page: " + link + " (" + how + ")";
    return loopback
        ? List.of(note)
        : List.of(
            note,
            "The page is not encrypted: put it behind a proxy with TLS, or use `ssh -L` and loopback.");
  }

  private static boolean loopback(WebAddress address) {
    try {
      return address.loopback();
    } catch (UnknownHostException e) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "--dashboard: nobody knows the host " + address.host() + ".",
          "Write an address of this machine, as in --dashboard=127.0.0.1:3726.",
          e);
    }
  }

  private static void requireLong(String token) {
    if (token.length() < Token.SHORTEST) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          TOKEN_VARIABLE + " has " + token.length() + " characters.",
          "Give it " + Token.SHORTEST + " or more: `openssl rand -hex 16` prints 32.");
    }
  }

  /** Says where it is. */
  void announce(Presenter presenter) {
    notes.forEach(presenter::say);
  }

  /** A line for the live screen, which hides what was said before. */
  List<Picture.Extra> extras() {
    return page.isEmpty() ? List.of() : List.of(new Picture.Extra("Page", link));
  }

  /** Shows this run from now on, and brings to it what the page is asked for. */
  void follow(MigrationRun run, MigrationClient client) {
    page.ifPresent(dashboard -> {
      door.lead(run, client);
      Telling telling = new Telling(dashboard, new PlainStory());
      run.addStatusListener(telling::take);
      run.addFindingListener(dashboard::found);
    });
  }

  @Override
  public void close() {
    page.ifPresent(Dashboard::close);
  }

  /** The page tells the story in the terminal's own lines. */
  private record Telling(Dashboard dashboard, PlainStory story) {
    synchronized void take(Status status) {
      dashboard.show(status);
      dashboard.tell(story.tell(status));
    }
  }

  /** The way from the page to the run, as soon as there is one. */
  private static final class Door implements RunningMigration {
    private record Behind(MigrationRun run, MigrationClient client) {}

    private final AtomicReference<Optional<Behind>> behind =
        new AtomicReference<>(Optional.empty());

    void lead(MigrationRun run, MigrationClient client) {
      behind.set(Optional.of(new Behind(run, client)));
    }

    @Override
    public String json(Status status) {
      return StatusJson.write(status);
    }

    @Override
    public List<TableProgress> tables() {
      return behind.get().map(there -> there.run().tables()).orElse(List.of());
    }

    @Override
    public String forecast() {
      return ReportJson.tree(client().forecast().orElseThrow(Door::nothing)).toString();
    }

    @Override
    public WrittenReport report() {
      JsonNode report =
          ReportJson.tree(client().report(CommandTree.version()).orElseThrow(Door::nothing));
      return new WrittenReport(ReportPage.of(report), ReportJson.text(report));
    }

    private MigrationClient client() {
      return behind.get().map(Behind::client).orElseThrow(Door::nothing);
    }

    private static FramException nothing() {
      return new FramException(
          ErrorCode.MIGRATION_MISSING,
          "The target holds no migration.",
          "Wait until it has begun.");
    }

    @Override
    public Reply ask(Command command) {
      Answer answer =
          behind
              .get()
              .map(there -> there.client().ask(command))
              .orElseGet(() -> Answer.refused(ErrorCode.PHASE_REFUSES, "It has not begun yet."));
      return new Reply(answer.exitCode(), answer.message(), answer.details());
    }
  }
}
