// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.util.List;
import java.util.Map;

/**
 * The traffic as the application saw it.
 *
 * @param acknowledged transactions that the server said are committed
 * @param rolledBack transactions that the application rolled back itself
 * @param failed transactions that ended with an error
 * @param unanswered commits whose answer never came (the server was asked afterwards)
 * @param connects connections opened
 * @param errors how often each SQLSTATE was seen
 * @param longestPauseMillis for each writer, the longest time between two acknowledgements since
 *     the start or the last reset
 */
public record WorkloadStats(
    long acknowledged,
    long rolledBack,
    long failed,
    long unanswered,
    long connects,
    Map<String, Long> errors,
    List<Long> longestPauseMillis) {

  /** The longest pause of any writer, in milliseconds. */
  public long worstPauseMillis() {
    return longestPauseMillis.stream().mapToLong(Long::longValue).max().orElse(0);
  }
}
