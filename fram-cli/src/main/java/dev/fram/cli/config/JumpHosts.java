// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.host.ServerHost;
import dev.fram.api.host.ServerMachine;
import dev.fram.cli.host.ThisMachine;
import dev.fram.cli.ssh.JumpHost;
import dev.fram.cli.ssh.SshKeys;
import dev.fram.cli.ssh.SshPlan;
import dev.fram.cli.ssh.Tunnels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Turns the user's words about jump hosts into what opens tunnels. */
public final class JumpHosts {
  /** What OpenSSH tries too (ssh_config(5), IdentityFile), less the kinds that need a token. */
  private static final List<String> USUAL =
      List.of(".ssh/id_ed25519", ".ssh/id_ecdsa", ".ssh/id_rsa");

  private static final Path OF_THE_MACHINE = Path.of("/etc/ssh/ssh_known_hosts");

  private JumpHosts() {}

  /**
   * Reads passphrases only when a tunnel is wanted.
   *
   * @throws dev.fram.api.error.FramException CONFIG_INVALID
   */
  public static SshPlan plan(ConfigValues values, Surroundings surroundings) {
    List<JumpHost> source = hosts(values, ConfigKey.SOURCE_SSH, surroundings);
    List<JumpHost> target = hosts(values, ConfigKey.TARGET_SSH, surroundings);
    Optional<JumpHost> machine =
        values
            .text(ConfigKey.TARGET_HOST)
            .filter(text -> !text.equals("here"))
            .map(text -> JumpHost.list(text).getFirst().orUser(surroundings.user()));
    boolean wanted = !source.isEmpty() || !target.isEmpty() || machine.isPresent();
    return new SshPlan(
        source, target, machine, wanted ? keys(values, surroundings) : SshKeys.none());
  }

  /** Where the target runs, and what ends and starts it there. Connects to nothing yet. */
  public static ServerMachine targetMachine(ConfigValues values, Tunnels tunnels, SshPlan plan) {
    ServerHost host =
        plan.targetMachine()
            .map(machine -> tunnels.machine(machine, plan))
            .orElseGet(ThisMachine::new);
    return new ServerMachine(
        host, values.text(ConfigKey.TARGET_STOP), values.text(ConfigKey.TARGET_START));
  }

  /** The names of all, for the rules of residency. */
  static List<String> names(ConfigValues values) {
    return Stream.of(ConfigKey.SOURCE_SSH, ConfigKey.TARGET_SSH, ConfigKey.TARGET_HOST)
        .flatMap(key -> values.text(key).stream())
        .filter(text -> !text.equals("here"))
        .flatMap(text -> JumpHost.list(text).stream())
        .map(JumpHost::host)
        .distinct()
        .toList();
  }

  private static List<JumpHost> hosts(
      ConfigValues values, ConfigKey key, Surroundings surroundings) {
    return values.text(key).map(JumpHost::list).orElse(List.of()).stream()
        .map(host -> host.orUser(surroundings.user()))
        .toList();
  }

  private static SshKeys keys(ConfigValues values, Surroundings surroundings) {
    List<Path> named =
        values.list(ConfigKey.SSH_IDENTITY).stream().map(surroundings::path).toList();
    Optional<Path> agent =
        surroundings.variable("SSH_AUTH_SOCK").map(surroundings::path).filter(Files::exists);
    return new SshKeys(
        named,
        named.isEmpty() ? USUAL.stream().map(surroundings.home()::resolve).toList() : List.of(),
        named.isEmpty() ? agent : Optional.empty(),
        new Passwords(surroundings, values, new ArrayList<>()).passphrase(),
        values
            .text(ConfigKey.SSH_KNOWN_HOSTS)
            .map(text -> List.of(surroundings.path(text)))
            .orElse(List.of(surroundings.home().resolve(".ssh/known_hosts"), OF_THE_MACHINE)));
  }
}
