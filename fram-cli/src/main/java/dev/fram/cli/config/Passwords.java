// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Finds a login's password. The first of these that gives one wins: the URI, the environment, the
 * file, the command, {@code ~/.pgpass}. None is an error: the server may not ask for one.
 */
final class Passwords {
  private static final int COMMAND_SECONDS = 60;
  private static final int POSTGRESQL_PORT = 5432;
  private static final String PASSPHRASE_VARIABLE = "FRAM_SSH_PASSPHRASE";

  private final Surroundings surroundings;
  private final ConfigValues values;
  private final List<String> warnings;

  Passwords(Surroundings surroundings, ConfigValues values, List<String> warnings) {
    this.surroundings = surroundings;
    this.values = values;
    this.warnings = warnings;
  }

  Endpoint source() {
    return complete(
        ConfigKey.SOURCE, ConfigKey.SOURCE_PASSWORD_FILE, ConfigKey.SOURCE_PASSWORD_COMMAND);
  }

  Endpoint target() {
    return complete(
        ConfigKey.TARGET, ConfigKey.TARGET_PASSWORD_FILE, ConfigKey.TARGET_PASSWORD_COMMAND);
  }

  Endpoint probe() {
    return complete(
        ConfigKey.PROBE, ConfigKey.PROBE_PASSWORD_FILE, ConfigKey.PROBE_PASSWORD_COMMAND);
  }

  /** Of the private keys for jump hosts. */
  Optional<Secret> passphrase() {
    return surroundings
        .variable(PASSPHRASE_VARIABLE)
        .map(Secret::new)
        .or(() -> values.text(ConfigKey.SSH_PASSPHRASE_FILE).map(this::fromFile))
        .or(() ->
            values
                .text(ConfigKey.SSH_PASSPHRASE_COMMAND)
                .map(text -> fromCommand(ConfigKey.SSH_PASSPHRASE_COMMAND.word(), text)));
  }

  /** Of a switch's login: its address, a variable, a file, a command. */
  Optional<Secret> of(TrafficEntry entry) {
    Map<String, List<String>> texts = entry.texts();
    Optional<Secret> inAddress =
        TrafficWords.login(entry.kind())
            .flatMap(option -> first(texts, option.word()))
            .map(Endpoint::parse)
            .flatMap(Endpoint::password);
    return inAddress
        .or(() ->
            first(texts, TrafficWords.PASSWORD_VARIABLE).map(name -> fromVariable(entry, name)))
        .or(() -> first(texts, TrafficWords.PASSWORD_FILE).map(this::fromFile))
        .or(() ->
            first(texts, TrafficWords.PASSWORD_COMMAND)
                .map(text -> fromCommand(entry + ": " + TrafficWords.PASSWORD_COMMAND, text)));
  }

  private static Optional<String> first(Map<String, List<String>> texts, String word) {
    return Optional.ofNullable(texts.get(word)).map(List::getFirst);
  }

  private Secret fromVariable(TrafficEntry entry, String name) {
    return surroundings
        .variable(name)
        .map(Secret::new)
        .orElseThrow(() ->
            new FramException(
                ErrorCode.CONFIG_INVALID,
                entry + ": the variable " + name + " is not set.",
                "Set it to the password."));
  }

  private Endpoint complete(ConfigKey uri, ConfigKey file, ConfigKey command) {
    Endpoint endpoint = withoutPasswordParameter(Endpoint.parse(values.text(uri).orElseThrow()));
    String variable = uri.variable() + "_PASSWORD";
    if (endpoint.password().isPresent()) {
      warnings.add(
          uri.flag()
              + " holds a password, which others may see in the process list and the shell's"
              + " history. Set "
              + variable
              + ", or use ~/.pgpass, a file or a command.");
      return endpoint;
    }
    return surroundings
        .variable(variable)
        .map(Secret::new)
        .or(() -> values.text(file).map(this::fromFile))
        .or(() -> values.text(command).map(text -> fromCommand(command.word(), text)))
        .or(() -> fromPgPass(endpoint))
        .map(endpoint::withPassword)
        .orElse(endpoint);
  }

  /** libpq also takes {@code ?password=}; here it would travel on as an ordinary parameter. */
  private static Endpoint withoutPasswordParameter(Endpoint endpoint) {
    String password = endpoint.parameters().get("password");
    if (password == null) {
      return endpoint;
    }
    Map<String, String> others = new LinkedHashMap<>(endpoint.parameters());
    others.remove("password");
    return new Endpoint(
        endpoint.scheme(),
        endpoint.host(),
        endpoint.port(),
        endpoint.user(),
        endpoint.database(),
        others,
        Optional.of(new Secret(password)));
  }

  private Secret fromFile(String name) {
    Path path = surroundings.path(name);
    try {
      return new Secret(withoutLineEnd(Files.readString(path, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "The password file " + path + " cannot be read.",
          "Check its path and permissions.",
          e);
    }
  }

  private Secret fromCommand(String key, String command) {
    try {
      Process process =
          new ProcessBuilder("/bin/sh", "-c", command)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .start();
      // Read beside the wait, so that a command that hangs is ended all the same.
      CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> output(process));
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw commandFailed(key, "did not end within " + COMMAND_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw commandFailed(key, "ended with exit code " + process.exitValue());
      }
      return new Secret(withoutLineEnd(output.join()));
    } catch (IOException | CompletionException e) {
      throw commandFailed(key, "could not be started or read");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw commandFailed(key, "was interrupted");
    }
  }

  private static String output(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says nothing of the command's output: it may hold the password. */
  private static FramException commandFailed(String key, String what) {
    return new FramException(
        ErrorCode.CONFIG_INVALID,
        "The command of " + key + " " + what + ".",
        "Run it by hand: it must print the password and nothing else.");
  }

  private Optional<Secret> fromPgPass(Endpoint endpoint) {
    if (!"postgresql".equals(endpoint.scheme())) {
      return Optional.empty();
    }
    Path file =
        surroundings
            .variable("PGPASSFILE")
            .map(surroundings::path)
            .orElse(surroundings.home().resolve(".pgpass"));
    String user = endpoint.user().isEmpty() ? surroundings.user() : endpoint.user();
    String database = endpoint.database().isEmpty() ? user : endpoint.database();
    int port = endpoint.port() == 0 ? POSTGRESQL_PORT : endpoint.port();
    PgPass.Answer answer =
        new PgPass(file)
            .find(new PgPass.Login(endpoint.host(), Integer.toString(port), database, user));
    answer.warning().filter(w -> !warnings.contains(w)).ifPresent(warnings::add);
    return answer.password();
  }

  private static String withoutLineEnd(String text) {
    String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }
}
