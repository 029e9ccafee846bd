// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What all writers count together; any thread. */
final class Counters {
  final LongAdder acknowledged = new LongAdder();
  final LongAdder rolledBack = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder unanswered = new LongAdder();
  final LongAdder connects = new LongAdder();
  private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();

  void error(String sqlState) {
    errors.computeIfAbsent(sqlState, state -> new LongAdder()).increment();
  }

  WorkloadStats stats(List<Long> pauses) {
    Map<String, Long> states = new TreeMap<>();
    errors.forEach((state, count) -> states.put(state, count.sum()));
    return new WorkloadStats(
        acknowledged.sum(),
        rolledBack.sum(),
        failed.sum(),
        unanswered.sum(),
        connects.sum(),
        states,
        pauses);
  }
}
