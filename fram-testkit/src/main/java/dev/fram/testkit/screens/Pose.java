// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.screens;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * States of a migration that stand still, to be looked at: every phase, and what may be said
 * beside. Their numbers are made up and measure nothing.
 */
public enum Pose {
  PLANNED(PhaseName.PLANNED),
  CHECKED(PhaseName.CHECKED),
  PREPARED(PhaseName.PREPARED),
  COPYING(PhaseName.COPYING),
  CATCHING_UP(PhaseName.CATCHING_UP),
  VERIFYING(PhaseName.VERIFYING),
  READY(PhaseName.READY),
  CUTTING_OVER(PhaseName.CUTTING_OVER),
  SERVING(PhaseName.SERVING),
  ROLLING_BACK(PhaseName.ROLLING_BACK),
  ROLLED_BACK(PhaseName.ROLLED_BACK),
  COMPLETED(PhaseName.COMPLETED),
  CANCELLED(PhaseName.CANCELLED),
  NEEDS_OPERATOR(PhaseName.NEEDS_OPERATOR),
  PAUSED(PhaseName.COPYING),
  HELD(PhaseName.CATCHING_UP),
  ALARMED(PhaseName.SERVING);

  private static final long WHOLE = 180_000_000_000L;
  private static final int TABLES = 212;

  private final PhaseName phase;

  Pose(PhaseName phase) {
    this.phase = phase;
  }

  /** The last second of a quarter of an hour. */
  public Status status() {
    return at(900);
  }

  /** So long after the process began. */
  public Status at(int second) {
    double wave = wave(second);
    return new Status(
        "3f2a91bc",
        "db1.example.com:5432/shop",
        "db2.example.com:5432/shop",
        phase,
        (second + 1) * 900L,
        (second + 1) * 1000L,
        copy(second, wave),
        feed(second, wave),
        verify(),
        cutover(),
        phase == PhaseName.SERVING
            ? Optional.of(
                new Status.Reverse(
                    "0/4A4B5C6D", "0/4A4B5C00", 109, 34, 8_112, 20_331, 18_000_000, 590_400_000))
            : Optional.empty(),
        this == COPYING
            ? Optional.of(
                "db1 keeps 12 GB of its log for the copy, 60 % of the limit; the copy goes slower.")
            : Optional.empty(),
        lagTrend(second),
        Optional.empty(),
        held(),
        question(),
        this == ALARMED
            ? List.of("Somebody has written to the old server: 3 rows of public.orders.")
            : List.of(),
        this == COPYING
            ? List.of(
                Status.THROTTLED
                    + "the copy fell from 210 MB/s to 40 MB/s at 02:14:07 UTC without a change of its load; it waits for the target's writes.")
            : List.of(),
        next());
  }

  /** With a gap: for a while the source did not answer. */
  private Status.Trend lagTrend(int second) {
    if (before(PhaseName.COPYING)) {
      return Status.Trend.none();
    }
    List<Long> values = new ArrayList<>();
    for (int ago = 119; ago >= 0; ago--) {
      boolean silent = ago > 22 && ago < 26;
      values.add(silent ? -1 : lag(second - 3 * ago));
    }
    return new Status.Trend(3_000, values);
  }

  private long lag(int second) {
    double hill = Math.pow(Math.sin(second / 60.0), 2);
    return (long) (before(PhaseName.VERIFYING) ? 600 + 5_000 * hill : 40 + 130 * hill);
  }

  private static double wave(int second) {
    return 1 + Math.sin(second / 60.0) / 3;
  }

  private boolean before(PhaseName other) {
    return phase.compareTo(other) < 0;
  }

  private Status.Copy copy(int second, double wave) {
    if (before(PhaseName.PREPARED)) {
      return new Status.Copy(0, 0, 0, 0, 0, 0, 0, eta(-1, -1), List.of());
    }
    if (before(PhaseName.COPYING)) {
      return new Status.Copy(TABLES, 0, 0, 0, 0, WHOLE, 0, eta(-1, -1), List.of());
    }
    if (phase != PhaseName.COPYING) {
      return new Status.Copy(
          TABLES, TABLES, TABLES, 1_204_551_310, WHOLE, WHOLE, 0, eta(0, 0), List.of());
    }
    return new Status.Copy(
        TABLES,
        87,
        80,
        410_000_000,
        1_000_000L + second * 70_000_000L,
        WHOLE,
        (long) (70_000_000 * wave),
        eta(1_500_000, 2_700_000),
        List.of(
            new Status.TableInFlight(
                "public.order_lines_with_a_long_name", "copy", 40_000_000_000L, 90_000_000_000L),
            new Status.TableInFlight("public.payments", "copy", 3_100_000_000L, 12_000_000_000L),
            new Status.TableInFlight("public.customers", "index", 4_000_000_000L, 4_000_000_000L)));
  }

  private static Status.Eta eta(long low, long high) {
    return new Status.Eta(low, high, Status.Eta.Of.COPY_AND_INDEXES);
  }

  private Status.Feed feed(int second, double wave) {
    if (before(PhaseName.COPYING)) {
      return new Status.Feed("", "", -1, -1, 0, 0, 0, 0, 0, 0, -1);
    }
    boolean behind = before(PhaseName.VERIFYING);
    return new Status.Feed(
        "0/3A4B5C6D",
        "0/3A000000",
        behind ? (long) (1_250_000 * wave) : 4_200,
        lag(second),
        behind ? 12_500_000 : 0,
        behind ? 4_200_000 : 0,
        220L * second,
        1_331L * second,
        208,
        (long) (1_301 * wave),
        behind ? 12_000_000_000L : 44_000_000);
  }

  private Status.Verify verify() {
    if (before(PhaseName.VERIFYING)) {
      return Status.Verify.none();
    }
    boolean going = phase == PhaseName.VERIFYING;
    return new Status.Verify(
        "continuous",
        TABLES,
        going ? 140 : TABLES,
        0,
        going ? 802_204_331 : 1_204_551_310,
        0,
        311,
        250_000,
        90);
  }

  private Optional<Status.Cutover> cutover() {
    boolean going = phase == PhaseName.CUTTING_OVER || phase == PhaseName.ROLLING_BACK;
    if (before(PhaseName.CUTTING_OVER)
        || phase == PhaseName.CANCELLED
        || phase == PhaseName.NEEDS_OPERATOR) {
      return Optional.empty();
    }
    List<Status.Step> steps =
        List.of(
            new Status.Step("close the write gate", "done", 12),
            new Status.Step("read the position", "done", 2),
            new Status.Step("drain", "done", 160),
            new Status.Step("last proof", going ? "running" : "done", going ? 41 : 94));
    return Optional.of(
        new Status.Cutover(1, going ? 215 : 412, steps, "0/3A4B5C6D", result(), Optional.empty()));
  }

  private String result() {
    return switch (phase) {
      case SERVING, COMPLETED -> "The target serves.";
      case ROLLED_BACK -> "The old server serves again.";
      case PLANNED,
          CHECKED,
          PREPARED,
          COPYING,
          CATCHING_UP,
          VERIFYING,
          READY,
          CUTTING_OVER,
          ROLLING_BACK,
          CANCELLED,
          NEEDS_OPERATOR ->
          "";
    };
  }

  private Optional<String> held() {
    if (this == HELD) {
      return Optional.of(
          "The source's schema has changed: table public.orders has a new column \"note\". Undo the"
              + " change, or run fram cancel and begin again.");
    }
    return this == PAUSED
        ? Optional.of(
            Status.PAUSED
                + "nothing further is copied and no cutover begins until `fram resume`. What the"
                + " source writes is still followed.")
        : Optional.empty();
  }

  private Optional<Question> question() {
    return this == NEEDS_OPERATOR
        ? Optional.of(
            new Question(
                "The hand-over was sent to db1.example.com:5432.",
                "Whether it was committed is not known, and the server cannot be reached.",
                "Has db1.example.com:5432 handed over?",
                List.of(
                    new Question.Choice("handed-over", "the target is opened"),
                    new Question.Choice("not-handed-over", "the source goes on serving"))))
        : Optional.empty();
  }

  private List<String> next() {
    if (this == PAUSED) {
      return List.of("fram resume", "fram status", "fram cancel");
    }
    return switch (phase) {
      case READY -> List.of("fram cutover --dry-run", "fram cutover");
      case SERVING -> List.of("fram rollback --dry-run", "fram complete");
      case ROLLED_BACK -> List.of("fram cutover", "fram cancel");
      case NEEDS_OPERATOR -> question().map(Question::commands).orElse(List.of());
      case COMPLETED, CANCELLED, CUTTING_OVER, ROLLING_BACK -> List.of();
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING ->
          List.of("fram status --watch", "fram cancel");
    };
  }
}
