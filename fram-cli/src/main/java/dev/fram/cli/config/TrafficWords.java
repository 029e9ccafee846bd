// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** The words of the section {@code traffic}: the kinds of switches and what each may be given. */
public final class TrafficWords {
  static final String TYPE = "type";
  static final String NAME = "name";
  static final String PASSWORD_FILE = "password-file";
  static final String PASSWORD_COMMAND = "password-command";
  static final String PASSWORD_VARIABLE = "password-variable";

  private TrafficWords() {}

  /** Every kind, sorted by its word. */
  public static List<SwitchKind> kinds() {
    return ServiceLoader.load(SwitchKind.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(SwitchKind::type))
        .toList();
  }

  static Optional<SwitchKind> kind(String type) {
    return kinds().stream().filter(kind -> kind.type().equals(type)).findFirst();
  }

  /** Its own options, and how its password is found where it has a login. */
  public static List<SwitchOption> options(SwitchKind kind) {
    List<SwitchOption> options = new ArrayList<>(kind.options());
    if (login(kind).isPresent()) {
      options.add(
          new SwitchOption(
              PASSWORD_FILE, SwitchOption.Kind.PATH, "", "A file that holds its password."));
      options.add(
          new SwitchOption(
              PASSWORD_COMMAND, SwitchOption.Kind.TEXT, "", "A command that prints its password."));
      options.add(
          new SwitchOption(
              PASSWORD_VARIABLE,
              SwitchOption.Kind.TEXT,
              "",
              "The variable that holds its password."));
    }
    options.add(
        new SwitchOption(
            NAME,
            SwitchOption.Kind.TEXT,
            "",
            "Its name in the journal; its place and type if not set."));
    return options;
  }

  /** The option that says where to log in. */
  static Optional<SwitchOption> login(SwitchKind kind) {
    return kind.options().stream().filter(o -> o.kind() == SwitchOption.Kind.URI).findFirst();
  }

  /** What is wrong with the text, as the end of a sentence; empty when it is fine. */
  static Optional<String> problem(SwitchOption option, String text) {
    return switch (option.kind()) {
      case TEXT, PATH, LIST ->
          text.isBlank()
              ? Optional.of("is empty. Give it a value or leave it out.")
              : Optional.empty();
      case DURATION -> ValueKind.DURATION.problem(text);
      case ADDRESS ->
          Address.parse(text).isPresent()
              ? Optional.empty()
              : Optional.of("is \"" + text + "\". Write host:port.");
      case NUMBER ->
          text.matches("[1-9][0-9]{0,8}")
              ? Optional.empty()
              : Optional.of("is \"" + text + "\". Write a whole number above zero.");
      case URI -> uriProblem(text);
    };
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
}
