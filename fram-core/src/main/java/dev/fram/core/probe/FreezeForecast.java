// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.model.Table;
import dev.fram.api.probe.TargetProbe;
import dev.fram.core.figures.Amount;
import java.util.List;

/**
 * How long writes will be blocked, from the steps of a cutover: each leaves its mark on the target
 * before and after it, and asks both servers. Waiting for the application's own transactions and
 * for the traffic's switches is not in it.
 */
final class FreezeForecast {
  /** Durable commits on the target behind the gate, one after the other: counted in its journal. */
  private static final int COMMITS = 40;

  /** Statements on each server behind the gate. */
  private static final int ANSWERS = 60;

  /** Of these for each table; what they take beyond a round trip is the engine's. */
  private static final int ANSWERS_A_TABLE = 1;

  /** What is written while the gate closes has to be applied and compared behind it. */
  private static final double LATE_SECONDS = 1;

  private final Forecaster.Seen seen;
  private final List<Table> tables;

  FreezeForecast(Forecaster.Seen seen, List<Table> tables) {
    this.seen = seen;
    this.tables = tables;
  }

  TimeRange range() {
    double millis =
        workMillis()
            + COMMITS * 1000 / seen.target().commit().perSecond()
            + answers() * seen.sourceLink().roundTrip().p50Millis()
            + answers() * seen.targetLink().roundTrip().p50Millis()
            + drainMillis()
            + lateBytes() * 1000.0 / rate();
    return TimeRange.around(millis / 1000);
  }

  String evidence() {
    return "Writes blocked: "
        + COMMITS
        + " durable commits on the target and "
        + Amount.count(answers())
        + " statements on each server, as they were measured, and "
        + Amount.time(Math.round(workMillis()))
        + " of work"
        + (drainMillis() >= 1
            ? ", " + Amount.time(Math.round(drainMillis())) + " for a second's changes"
            : "")
        + (lateBytes() > 0
            ? ", " + Amount.bytes(lateBytes()) + " of tables that are copied meanwhile"
            : "")
        + ". Waiting for long transactions and for the traffic's switches is not in it.";
  }

  /** What the servers and Fram work meanwhile. */
  private double workMillis() {
    TargetProbe.Work work = seen.target().facts().work();
    return (work.handOverMillis() + tables.size() * work.handOverTableMillis())
        * seen.host().slower();
  }

  private long answers() {
    return ANSWERS + (long) ANSWERS_A_TABLE * tables.size();
  }

  private double drainMillis() {
    double changes = seen.source().change().rowsPerSecond().orElse(0) * LATE_SECONDS;
    return 1000 * changes / Math.max(1, seen.target().updatesPerSecond());
  }

  private double lateBytes() {
    return tables.stream()
        .filter(table -> table.transfer() == Table.Transfer.COPY_AT_CUTOVER)
        .mapToDouble(table -> Math.max(0, table.bytes()))
        .sum();
  }

  /** Between reading and writing at the same time, and one after the other. */
  private double rate() {
    double write = Math.max(1, seen.target().load().bytesPerSecond());
    return Math.sqrt(Math.min(read(), write) / (1 / read() + 1 / write));
  }

  private double read() {
    return Math.max(1, seen.source().read().map(Rate::bytesPerSecond).orElse(1.0));
  }
}
