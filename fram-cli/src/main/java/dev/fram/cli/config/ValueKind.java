// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.Address;
import dev.fram.cli.ssh.JumpHost;
import dev.fram.web.notify.Webhook;
import dev.fram.web.page.WebAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The form of a setting's value, and what is wrong with one that does not have it. */
public enum ValueKind {
  URI("URI"),
  JUMP_HOSTS("ssh://USER@HOST"),
  MACHINE("here|ssh://USER@HOST"),
  TEXT("TEXT"),
  PATH("PATH"),
  LIST("PATTERN"),
  PATHS("PATH"),
  SWITCHES("SWITCH"),
  FLAG("true|false"),
  DURATION("TIME"),
  WINDOW("TIME|none"),
  SIZE("SIZE"),
  COUNT("N"),
  PERCENT("PERCENT"),
  VERIFY("continuous|off"),
  CUTOVER("manual|auto"),
  DDL("ask|replicate|ignore"),
  COPY("own|clone|base-backup"),
  FEED("own|native"),
  /** Where to listen; the word alone means the usual place. */
  ADDRESS("HOST:PORT"),
  /** A server's address. */
  PLACE("HOST:PORT"),
  WEBHOOK("URL");

  private static final int MOST = 256;
  private final String label;

  ValueKind(String label) {
    this.label = label;
  }

  /** What stands for the value in the help. */
  public String label() {
    return label;
  }

  /** Whether it may be given several times: each is an item of its own. */
  public boolean repeated() {
    return this == LIST || this == PATHS;
  }

  /** What is wrong with the text, as the end of a sentence; empty when it is fine. */
  Optional<String> problem(String text) {
    return switch (this) {
      case TEXT, PATH, LIST, PATHS ->
          problemUnless(!text.isBlank(), "is empty. Give it a value or leave it out.");
      case SWITCHES -> Optional.empty(); // read and checked by TrafficReader
      case URI -> uriProblem(text);
      case JUMP_HOSTS -> jumpHostProblem(text);
      case FLAG -> oneOf(text, "true", "false");
      case DURATION ->
          problemUnless(
              Amounts.duration(text).filter(d -> !d.isZero()).isPresent(),
              "is " + quoted(text) + ". Write a time with its unit: 500ms, 30s, 5m, 24h, 1h30m.");
      case WINDOW ->
          problemUnless(
              window(text).isPresent(),
              "is " + quoted(text) + ". Write a time with its unit (7d, 12h), or none.");
      case SIZE ->
          problemUnless(
              Amounts.bytes(text).filter(b -> b > 0).isPresent(),
              "is " + quoted(text) + ". Write a size with its unit: 16MiB, 500MB, 10GB.");
      case COUNT ->
          problemUnless(
              count(text).isPresent(),
              "is " + quoted(text) + ". Write a whole number from 1 to " + MOST + ".");
      case PERCENT ->
          problemUnless(
              count(text).filter(n -> n <= 100).isPresent(),
              "is " + quoted(text) + ". Write a whole number from 1 to 100.");
      case VERIFY -> oneOf(text, "continuous", "off");
      case CUTOVER -> oneOf(text, "manual", "auto");
      case DDL -> oneOf(text, "ask", "replicate", "ignore");
      case COPY -> oneOf(text, "own", "clone", "base-backup");
      case MACHINE -> text.equals("here") ? Optional.empty() : machineProblem(text);
      case FEED -> oneOf(text, "own", "native");
      case ADDRESS ->
          problemUnless(
              text.equals("true") || text.equals("false") || WebAddress.parse(text).isPresent(),
              "is " + quoted(text) + ". Write host:port, host, :port, or true.");
      case PLACE ->
          problemUnless(
              Address.parse(text).isPresent(), "is " + quoted(text) + ". Write host:port.");
      case WEBHOOK ->
          // The text is not repeated: it is a secret.
          problemUnless(
              Webhook.of(text).isPresent(), "cannot be read. Write https://host/path or http://….");
    };
  }

  private static Optional<String> oneOf(String text, String... words) {
    List<String> all = List.of(words);
    String most = String.join(", ", all.subList(0, all.size() - 1));
    return problemUnless(
        all.contains(text),
        "is " + quoted(text) + ". Write " + most + " or " + all.getLast() + ".");
  }

  private static Optional<String> machineProblem(String text) {
    return jumpHostProblem(text)
        .or(() ->
            problemUnless(text.indexOf(',') < 0, "names several machines. Name the server's own."));
  }

  /** How long; zero for none. */
  static Optional<Duration> window(String text) {
    return text.equals("none") || text.equals("0")
        ? Optional.of(Duration.ZERO)
        : Amounts.duration(text).filter(d -> !d.isNegative());
  }

  static Optional<Integer> count(String text) {
    if (!text.matches("[0-9]{1,3}")) {
      return Optional.empty();
    }
    int number = Integer.parseInt(text);
    return number >= 1 && number <= MOST ? Optional.of(number) : Optional.empty();
  }

  private static Optional<String> uriProblem(String text) {
    try {
      Endpoint.parse(text);
      return Optional.empty();
    } catch (FramException e) {
      // The text is not repeated: it may hold a password.
      return Optional.of("cannot be read as a URI. " + e.remedy());
    }
  }

  private static Optional<String> jumpHostProblem(String text) {
    try {
      JumpHost.list(text);
      return Optional.empty();
    } catch (FramException e) {
      // The text is not repeated: it may hold a password.
      return Optional.of("is not understood. " + e.getMessage());
    }
  }

  private static Optional<String> problemUnless(boolean fine, String problem) {
    return fine ? Optional.empty() : Optional.of(problem);
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }
}
