// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import java.util.Set;

/** A command: which settings it takes, and what it does. */
interface FramCommand {
  /** The settings that its command line offers; the file and the environment may hold any. */
  Set<ConfigKey> keys();

  /** The settings without which it cannot run. */
  Set<ConfigKey> required();

  /**
   * Does the work in the caller's thread.
   *
   * @return the exit code
   * @throws dev.fram.api.error.FramException with the exit code's category
   */
  int run(Session session);
}
