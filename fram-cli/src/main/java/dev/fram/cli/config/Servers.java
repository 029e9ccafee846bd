// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.ServerMachine;
import dev.fram.api.model.Endpoint;
import dev.fram.cli.ssh.SshPlan;
import dev.fram.cli.ssh.Tunnels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Both servers with their passwords, and what the user should know about how these were given.
 *
 * @param request what opens the route
 * @param warnings sentences for the user; none holds a secret
 */
public record Servers(RouteRequest request, List<String> warnings) {
  public Servers {
    warnings = List.copyOf(warnings);
  }

  private static void warnOfSwitches(ConfigValues values, List<String> warnings) {
    if (values.text(ConfigKey.PROBE).map(Endpoint::parse).flatMap(Endpoint::password).isPresent()) {
      warnings.add(
          "--probe holds a password, which others may see in the process list and the shell's"
              + " history. Set FRAM_PROBE_PASSWORD, or use ~/.pgpass, a file or a command.");
    }
    for (TrafficEntry entry : values.traffic()) {
      boolean open =
          TrafficWords.login(entry.kind())
              .map(option -> entry.texts().getOrDefault(option.word(), List.of()))
              .stream()
              .flatMap(List::stream)
              .anyMatch(uri -> Endpoint.parse(uri).password().isPresent());
      if (open) {
        warnings.add(entry + " holds a password. Use password-file, -command or -variable.");
      }
    }
  }

  /**
   * The same servers by way of their tunnels.
   *
   * @throws FramException CONFIG_INVALID, SERVER_UNREACHABLE, HOST_KEY_REFUSED,
   *     AUTHENTICATION_FAILED
   */
  public Servers through(Tunnels tunnels, SshPlan plan) {
    return new Servers(
        request.between(
            tunnels.source(request.source(), plan), tunnels.target(request.target(), plan)),
        warnings);
  }

  /** The same with what may be run where the target is. */
  public Servers on(ServerMachine machine) {
    return new Servers(request.on(machine), warnings);
  }

  /**
   * Finds the passwords.
   *
   * @throws FramException CONFIG_INVALID
   */
  public static Servers from(ConfigValues values, Surroundings surroundings) {
    List<String> warnings = new ArrayList<>();
    Passwords passwords = new Passwords(surroundings, values, warnings);
    Endpoint source = passwords.source();
    Endpoint target = passwords.target();
    if (!source.scheme().equals(target.scheme())) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "The source is " + source.scheme() + " and the target is " + target.scheme() + ".",
          "Fram moves a database between servers of one product.");
    }
    warnOfSwitches(values, warnings);
    return new Servers(
        new RouteRequest(
            source,
            target,
            values.scope(),
            values.schemaOptions(),
            values.tableOptions(),
            values.ddlPolicy(),
            values.providerAccounts(),
            values.nativeFeed(),
            values.serverClone(),
            Optional.empty()),
        warnings);
  }
}
