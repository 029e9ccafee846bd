// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

import java.util.List;

/**
 * What a switch found when it looked at the real thing.
 *
 * @param plan what it would do now, one sentence
 * @param obstacles what would keep it from that, each with what to do; empty when it can
 */
public record SwitchCheck(String plan, List<String> obstacles) {
  public SwitchCheck {
    obstacles = List.copyOf(obstacles);
  }
}
