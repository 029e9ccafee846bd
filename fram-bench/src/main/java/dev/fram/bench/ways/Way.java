// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.ways;

import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.ToolRun;

/** One of them. */
interface Way {
  String name();

  /** Takes an empty target to where it holds all rows and follows the source. */
  ToolRun run(TargetServer.MySql target) throws Exception;

  /** Ends what still runs, and takes from the source what was made there; outside of the time. */
  default void tidy(TargetServer.MySql target) throws Exception {}
}
