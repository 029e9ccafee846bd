// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import java.util.EnumSet;
import java.util.Set;

/** Which settings go together. */
final class Keys {
  /** Nothing works without these. */
  static final Set<ConfigKey> SERVERS = Set.of(ConfigKey.SOURCE, ConfigKey.TARGET);

  private Keys() {}

  /** Both servers and how to log in; and the log, which every command has. */
  static Set<ConfigKey> logins() {
    Set<ConfigKey> keys = EnumSet.range(ConfigKey.SOURCE, ConfigKey.RESIDENCY_ALLOW);
    keys.add(ConfigKey.LOG_FILE);
    return keys;
  }

  /**
   * Also which tables, and what is added to or left out of the schema: all that a check looks at.
   */
  static Set<ConfigKey> scope() {
    Set<ConfigKey> keys = logins();
    keys.add(ConfigKey.INCLUDE);
    keys.add(ConfigKey.EXCLUDE);
    keys.add(ConfigKey.REPLICA_IDENTITY_FULL);
    keys.add(ConfigKey.COPY_AT_CUTOVER);
    keys.add(ConfigKey.ONE_SNAPSHOT);
    keys.add(ConfigKey.COPY);
    keys.add(ConfigKey.FEED);
    keys.add(ConfigKey.SOURCE_FOR_TARGET);
    keys.addAll(EnumSet.range(ConfigKey.USERS, ConfigKey.ALLOW_NONEMPTY_TARGET));
    return keys;
  }

  /** Everything. */
  static Set<ConfigKey> all() {
    return EnumSet.allOf(ConfigKey.class);
  }

  /** What a cutover needs when this process does it itself. */
  static Set<ConfigKey> cutover() {
    Set<ConfigKey> keys = all();
    keys.remove(ConfigKey.CUTOVER);
    keys.remove(ConfigKey.DASHBOARD);
    keys.remove(ConfigKey.NOTIFY);
    return keys;
  }
}
