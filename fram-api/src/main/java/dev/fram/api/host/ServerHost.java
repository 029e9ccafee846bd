// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.host;

import dev.fram.api.error.FramException;
import java.util.function.Consumer;

/** A machine on which Fram may run scripts. Any thread; scripts may run at the same time. */
public interface ServerHost {
  /** For people: {@code this machine}, {@code user@host:22}. */
  String display();

  /**
   * Runs a script and waits for its end.
   *
   * @param lines told each line of its standard output as it comes
   * @param goesOn called at least once a second; what it throws ends the wait and closes the
   *     script's standard input
   * @throws FramException SERVER_UNREACHABLE when the machine cannot be reached, or was lost: then
   *     the script may go on
   */
  HostAnswer run(HostScript script, Consumer<String> lines, Runnable goesOn);
}
