// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.model.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * By what Fram is known to a jump host, and a jump host to Fram.
 *
 * @param named files of private keys that the user has named: each must be of use
 * @param usual files that are tried when they are there
 * @param agent the socket of the agent whose keys are tried first
 * @param passphrase opens the files that need one
 * @param knownHosts files of host keys; what is in none of them is refused
 */
public record SshKeys(
    List<Path> named,
    List<Path> usual,
    Optional<Path> agent,
    Optional<Secret> passphrase,
    List<Path> knownHosts) {
  public SshKeys {
    named = List.copyOf(named);
    usual = List.copyOf(usual);
    knownHosts = List.copyOf(knownHosts);
  }

  /** Where no tunnel is wanted. */
  public static SshKeys none() {
    return new SshKeys(List.of(), List.of(), Optional.empty(), Optional.empty(), List.of());
  }
}
