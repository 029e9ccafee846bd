// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.SQLException;

/**
 * The traffic under which the handover from copy to feed was proven (ALGORITHMS A1): eight writers
 * with updates, inserts, deletes, moved keys, savepoints partly rolled back, 8 % rollbacks, commits
 * in two phases held up to 200 ms, every {@code synchronous_commit}, and a synchronous standby that
 * comes and goes. Needs a superuser. Started and stopped by one thread.
 */
public final class A1Workload implements AutoCloseable {
  private final Workload workload;
  private final FlappingStandby standby;

  private A1Workload(Workload workload, FlappingStandby standby) {
    this.workload = workload;
    this.standby = standby;
  }

  public static A1Workload start(ConnectionProvider source) throws SQLException {
    return start(source, WorkloadOptions.handover());
  }

  public static A1Workload start(ConnectionProvider source, WorkloadOptions options)
      throws SQLException {
    Workload workload = Workload.start(source, options);
    return new A1Workload(workload, FlappingStandby.start(source));
  }

  public WorkloadStats stats() {
    return workload.stats();
  }

  /** Stops the standby first: a commit that waits for it would not end. */
  public Oracle stop() {
    standby.close();
    return workload.stop();
  }

  @Override
  public void close() {
    standby.close();
    workload.close();
  }
}
