// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

/** One way to do the work that is measured. */
public interface Contender {
  String name();

  /** Does the work once and returns when it is done. */
  ToolRun run() throws Exception;

  /** Ends what still runs and removes what it left on the servers; outside of the measurement. */
  default void tidy() throws Exception {}
}
