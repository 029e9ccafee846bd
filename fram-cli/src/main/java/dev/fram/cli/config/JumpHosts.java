// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.cli.ssh.JumpHost;
import dev.fram.cli.ssh.SshKeys;
import dev.fram.cli.ssh.SshPlan;
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
    boolean wanted = !source.isEmpty() || !target.isEmpty();
    return new SshPlan(source, target, wanted ? keys(values, surroundings) : SshKeys.none());
  }

  /** The names of all, for the rules of residency. */
  static List<String> names(ConfigValues values) {
    return Stream.of(ConfigKey.SOURCE_SSH, ConfigKey.TARGET_SSH)
        .flatMap(key -> values.text(key).stream())
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
