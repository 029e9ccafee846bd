// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Pictures for tests. */
public final class Pictures {
  private Pictures() {}

  public static Status copying() {
    List<Status.TableInFlight> tables = new ArrayList<>();
    tables.add(new Status.TableInFlight("public.orders", "copy", 120_000_000, 250_000_000));
    tables.add(new Status.TableInFlight("public.line_items", "index", 0, 0));
    return status(
        PhaseName.COPYING,
        new Status.Copy(
            12,
            7,
            5,
            1_204_331,
            412_000_000,
            760_000_000,
            22_400_000,
            new Status.Eta(80_000, 125_000, Status.Eta.Of.COPY_AND_INDEXES),
            tables),
        Optional.empty(),
        List.of("waited 2.1 s for transaction 4711 of pid 812 to end"));
  }

  public static Status serving() {
    Status.Cutover cutover =
        new Status.Cutover(
            1,
            212,
            List.of(
                new Status.Step("close the write gate", "done", 12),
                new Status.Step("drain", "done", 160),
                new Status.Step("hand over", "done", 8)),
            "0/3A4B5C6D",
            "the target serves",
            Optional.of(new Status.Probe("db.example.com:6432/shop", 812, 815, 241, 18, 0, 0, "")));
    return status(
        PhaseName.SERVING,
        new Status.Copy(
            12,
            12,
            12,
            2_204_331,
            760_000_000,
            760_000_000,
            0,
            new Status.Eta(0, 0, Status.Eta.Of.COPY_AND_INDEXES),
            List.of()),
        Optional.of(cutover),
        List.of());
  }

  static Status status(
      PhaseName phase, Status.Copy copy, Optional<Status.Cutover> cutover, List<String> notes) {
    return new Status(
        "3f2a91bc",
        "db1.example.com:5432/shop",
        "db2.example.com:5432/shop",
        phase,
        61_000,
        83_000,
        copy,
        new Status.Feed(
            "0/3A4B5C6D",
            "0/3A000000",
            1_250_000,
            420,
            12_500_000,
            4_200_000,
            18_220,
            120_331,
            1_204,
            3_201,
            44_000_000),
        phase.compareTo(PhaseName.VERIFYING) < 0
            ? Status.Verify.none()
            : new Status.Verify("continuous", 12, 12, 0, 2_204_331, 0, 311, 250_000, 90),
        cutover,
        Optional.empty(),
        Optional.empty(),
        trend(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        notes,
        List.of("fram status --watch", "fram cutover --dry-run"));
  }

  /** Up, unknown for a while, and down again. */
  private static Status.Trend trend() {
    List<Long> values = new ArrayList<>();
    for (long i = 0; i < 50; i++) {
      values.add(i >= 30 && i < 33 ? -1 : 420 + 200 * Math.max(0, 20 - Math.abs(i - 28)));
    }
    return new Status.Trend(3_000, values);
  }

  static Status held(Status status, String reason) {
    return new Status(
        status.migration(),
        status.source(),
        status.target(),
        status.phase(),
        status.phaseMillis(),
        status.totalMillis(),
        status.copy(),
        status.feed(),
        status.verify(),
        status.cutover(),
        status.reverse(),
        status.guard(),
        status.lagTrend(),
        status.lagging(),
        Optional.of(reason),
        status.question(),
        status.alarms(),
        status.notes(),
        status.nextSteps());
  }

  static Status alarmed(Status status, String alarm) {
    return new Status(
        status.migration(),
        status.source(),
        status.target(),
        status.phase(),
        status.phaseMillis(),
        status.totalMillis(),
        status.copy(),
        status.feed(),
        status.verify(),
        status.cutover(),
        status.reverse(),
        status.guard(),
        status.lagTrend(),
        status.lagging(),
        status.held(),
        status.question(),
        List.of(alarm),
        status.notes(),
        status.nextSteps());
  }
}
