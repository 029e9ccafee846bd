// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.util.List;

/**
 * What the oracle found on a server.
 *
 * @param acknowledged transactions that the application was told are committed
 * @param found so many of them are there
 * @param lost so many of them are not
 * @param unexpected transactions that are there though they were rolled back or proven never to be
 * @param unknown commits that were never answered nor settled: either is right
 * @param unknownPresent so many of those are there
 * @param wrongRows rows whose content is not what the acknowledged transactions make it
 * @param examples some of the differences, for people
 */
public record OracleReport(
    long acknowledged,
    long found,
    long lost,
    long unexpected,
    long unknown,
    long unknownPresent,
    long wrongRows,
    List<String> examples) {

  /** True when everything acknowledged is there, and nothing else. */
  public boolean clean() {
    return lost == 0 && unexpected == 0 && wrongRows == 0;
  }
}
