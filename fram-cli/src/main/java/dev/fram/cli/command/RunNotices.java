// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.ConfigValues;
import dev.fram.core.migration.MigrationRun;
import dev.fram.web.notify.Notifier;
import java.util.List;
import java.util.Optional;

/**
 * Messages to the user's webhook, when there is one; else it does nothing.
 *
 * @param warnings sentences for the user; none holds the URL
 */
record RunNotices(Optional<Notifier> notifier, List<String> warnings) implements AutoCloseable {

  static RunNotices open(ConfigValues values) {
    List<String> warnings =
        values.onCommandLine(ConfigKey.NOTIFY)
            ? List.of(
                "--notify: every account of this machine can read the URL in the list of processes."
                    + " Use "
                    + ConfigKey.NOTIFY.variable()
                    + " or fram.yaml.")
            : List.of();
    return new RunNotices(values.webhook().map(Notifier::new), warnings);
  }

  void follow(MigrationRun run) {
    notifier.ifPresent(there -> run.addStatusListener(there::take));
  }

  @Override
  public void close() {
    notifier.ifPresent(Notifier::close);
  }
}
