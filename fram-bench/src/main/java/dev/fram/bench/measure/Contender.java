// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

/** One way to do the work that is measured. */
public interface Contender {
  String name();

  /** Does the work once and returns when it is done. */
  ToolRun run() throws Exception;

  /** Whether the target holds the source's rows afterwards; a limit may leave them out. */
  default boolean fills() {
    return true;
  }

  /** Ends what still runs and removes what it left on the servers; outside of the measurement. */
  default void tidy() throws Exception {}
}
