// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.util.List;

/** The two servers of a contest. */
public interface Arena {
  long sourcePid();

  long targetPid();

  /** Makes both as they were before the first run. */
  void prepare() throws Exception;

  /** Stops everything when the work was not done: a wrong result has no time. */
  void check(String contender) throws Exception;

  /** What stands in the result: versions, settings, sizes. */
  List<String> description() throws Exception;
}
