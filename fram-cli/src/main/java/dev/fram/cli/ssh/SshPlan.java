// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import java.util.List;
import java.util.Optional;

/**
 * Which servers are reached through which jump hosts.
 *
 * @param source the nearest first; none means directly
 * @param target the same
 * @param targetMachine where the target runs, if something has to be done there over SSH
 * @param keys by what Fram and the jump hosts know each other
 */
public record SshPlan(
    List<JumpHost> source, List<JumpHost> target, Optional<JumpHost> targetMachine, SshKeys keys) {
  public SshPlan {
    source = List.copyOf(source);
    target = List.copyOf(target);
  }

  /** Nothing is done on the target's machine. */
  public SshPlan(List<JumpHost> source, List<JumpHost> target, SshKeys keys) {
    this(source, target, Optional.empty(), keys);
  }
}
