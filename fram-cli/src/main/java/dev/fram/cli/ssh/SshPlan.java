// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import java.util.List;

/**
 * Which servers are reached through which jump hosts.
 *
 * @param source the nearest first; none means directly
 * @param target the same
 * @param keys by what Fram and the jump hosts know each other
 */
public record SshPlan(List<JumpHost> source, List<JumpHost> target, SshKeys keys) {
  public SshPlan {
    source = List.copyOf(source);
    target = List.copyOf(target);
  }
}
