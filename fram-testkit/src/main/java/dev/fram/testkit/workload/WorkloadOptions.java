// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How the traffic is made.
 *
 * @param writers threads, each with a connection and rows of its own; at most {@link
 *     WorkloadSchema#WRITERS}
 * @param ratePerSecond transactions per second of all writers together; 0 is as fast as they can
 * @param rollbackPercent how many of a hundred transactions are rolled back at their end
 * @param preparedPercent how many of a hundred commit in two phases, held up to 200 ms between
 * @param commits what an acknowledgement promises
 * @param acknowledgements a file to which each acknowledged transaction is appended, if any
 */
public record WorkloadOptions(
    int writers,
    double ratePerSecond,
    int rollbackPercent,
    int preparedPercent,
    CommitMode commits,
    Optional<Path> acknowledgements) {

  /** Four writers at 200 transactions a second, durable, no two-phase commits. */
  public static WorkloadOptions standard() {
    return new WorkloadOptions(4, 200, 5, 0, CommitMode.DURABLE, Optional.empty());
  }

  /** The traffic of the handover proof: ALGORITHMS A1. */
  public static WorkloadOptions handover() {
    return new WorkloadOptions(8, 0, 8, 5, CommitMode.MIXED, Optional.empty());
  }

  public WorkloadOptions withWriters(int number) {
    return new WorkloadOptions(
        number, ratePerSecond, rollbackPercent, preparedPercent, commits, acknowledgements);
  }

  public WorkloadOptions withRate(double perSecond) {
    return new WorkloadOptions(
        writers, perSecond, rollbackPercent, preparedPercent, commits, acknowledgements);
  }

  /** So many of a hundred commit in two phases. */
  public WorkloadOptions withPrepared(int percent) {
    return new WorkloadOptions(
        writers, ratePerSecond, rollbackPercent, percent, commits, acknowledgements);
  }

  public WorkloadOptions withCommits(CommitMode mode) {
    return new WorkloadOptions(
        writers, ratePerSecond, rollbackPercent, preparedPercent, mode, acknowledgements);
  }

  public WorkloadOptions withAcknowledgements(Path file) {
    return new WorkloadOptions(
        writers, ratePerSecond, rollbackPercent, preparedPercent, commits, Optional.of(file));
  }
}
