// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.report.Report;
import dev.fram.core.report.ReportJson;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A migration that stands still and keeps what it was asked for. */
final class Still implements RunningMigration {
  static final String REPORT = "<!DOCTYPE html><title>Report</title><style>p{color:red}</style>";

  final BlockingQueue<Command> asked = new LinkedBlockingQueue<>();
  final AtomicInteger inquiries = new AtomicInteger();
  private final Runnable beforeReport;

  Still() {
    this(() -> {});
  }

  /**
   * @param beforeReport what making a report waits for
   */
  Still(Runnable beforeReport) {
    this.beforeReport = beforeReport;
  }

  static Status in(PhaseName phase) {
    StatusProjector projector = new StatusProjector(Clock.system());
    projector.names("3f2a91bc", "db1.example.com:5432/shop", "db2.example.com:5432/shop");
    projector.on(new RunEvent.PhaseReached(phase));
    return projector.picture();
  }

  @Override
  public String json(Status status) {
    return StatusJson.write(status);
  }

  @Override
  public List<TableProgress> tables() {
    return List.of(new TableProgress("public.secret_plans", "copying", "copy", 10, 1000, 2000));
  }

  @Override
  public String forecast() {
    inquiries.incrementAndGet();
    return ReportJson.tree(foretold()).toString();
  }

  /** As of a measurement an hour before; the copy is through, the rest is not. */
  private static Report.Comparison foretold() {
    return new Report.Comparison(
        true,
        "fram measure has foretold it, from numbers taken then.",
        System.currentTimeMillis() - 3_600_000,
        List.of(
            new Report.Foretold("copy", 2_400_000, 3_300_000, 2_520_000, "inside"),
            new Report.Foretold("copy_and_index", 2_400_000, 3_900_000, -1, ""),
            new Report.Foretold("catch_up", 12_000, 40_000, -1, ""),
            new Report.Foretold("verify", -1, -1, -1, ""),
            new Report.Foretold("freeze", 240, 900, -1, "")),
        List.of());
  }

  @Override
  public WrittenReport report() {
    inquiries.incrementAndGet();
    beforeReport.run();
    return new WrittenReport(REPORT, "{\"verdict\":{}}\n");
  }

  @Override
  public Reply ask(Command command) {
    asked.add(command);
    return new Reply(0, "It was done.", List.of("a step"));
  }
}
