// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

import java.util.List;

/** One kind of switch. Found by {@link java.util.ServiceLoader}; holds no state. */
public interface SwitchKind {

  /** The word of {@code type:} in the settings. */
  String type();

  /** What a user may set of it. */
  List<SwitchOption> options();

  /** What is wrong with options that are each of the right form, as sentences. */
  default List<String> problems(SwitchOptions options) {
    return List.of();
  }

  /** Connects to nothing. */
  TrafficSwitch open(SwitchOptions options, TrafficMove move);
}
