// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.check.Finding;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import java.util.List;
import java.util.Optional;

/** States of a migration that do not come by themselves, to be looked at. */
enum Poses {
  COPYING(PhaseName.COPYING, Optional.empty(), Optional.empty(), List.of()),
  HELD(
      PhaseName.CATCHING_UP,
      Optional.of(
          "The source's schema has changed: table public.orders has a new column \"note\". Undo the"
              + " change, or run fram cancel and begin again."),
      Optional.empty(),
      List.of()),
  ASKED(
      PhaseName.NEEDS_OPERATOR,
      Optional.empty(),
      Optional.of(
          new Question(
              "The hand-over was sent to db1.example.com:5432.",
              "Whether it was committed is not known, and the server cannot be reached.",
              "Has db1.example.com:5432 handed over?",
              List.of(
                  new Question.Choice("handed-over", "the target is opened"),
                  new Question.Choice("not-handed-over", "the source goes on serving")))),
      List.of()),
  ALARMED(
      PhaseName.SERVING,
      Optional.empty(),
      Optional.empty(),
      List.of("Somebody has written to the old server: 3 rows of public.orders."));

  private final PhaseName phase;
  private final Optional<String> held;
  private final Optional<Question> question;
  private final List<String> alarms;

  Poses(PhaseName phase, Optional<String> held, Optional<Question> question, List<String> alarms) {
    this.phase = phase;
    this.held = held;
    this.question = question;
    this.alarms = alarms;
  }

  /** A quarter of an hour of it. */
  void tell(Dashboard page) {
    page.found(Finding.pass("wal-level", "source db1:5432: wal_level is \"logical\""));
    page.found(
        Finding.warn(
            "free-disk",
            "target db2:5432: 120 GB are free, about 180 GB are needed",
            "Make the disk larger before you begin."));
    for (int second = 0; second < 900; second += 2) {
      page.show(at(second));
    }
    page.tell(
        List.of(
            "00:00:01  checking db1.example.com:5432/shop and db2.example.com:5432/shop",
            "00:00:04  checks passed; creating the schema on db2.example.com:5432/shop",
            "00:00:09  copying 212 tables, 180 GB"));
  }

  private Status at(int second) {
    double wave = 1 + Math.sin(second / 60.0) / 3;
    boolean copying = phase == PhaseName.COPYING;
    return new Status(
        "3f2a91bc",
        "db1.example.com:5432/shop",
        "db2.example.com:5432/shop",
        phase,
        (second + 1) * 900L,
        (second + 1) * 1000L,
        copy(second, wave, copying),
        new Status.Feed(
            "0/3A4B5C6D",
            "0/3A000000",
            (long) (1_250_000 * wave),
            (long) (420 * wave),
            12_500_000,
            4_200_000,
            18_220L * second,
            120_331L * second,
            1_204,
            (long) (3_201 * wave),
            44_000_000),
        copying
            ? Status.Verify.none()
            : new Status.Verify("continuous", 212, 200, 0, 2_204_331, 0, 311, 250_000, 90),
        Optional.empty(),
        Optional.empty(),
        copying
            ? Optional.of(
                "db1 keeps 12 GB of its log for the copy, 60 % of the limit; the copy goes slower.")
            : Optional.empty(),
        Optional.empty(),
        held,
        question,
        alarms,
        copying
            ? List.of(
                Status.THROTTLED
                    + "the copy fell from 210 MB/s to 40 MB/s at 02:14:07 UTC without a change of its load; it waits for the target's writes.")
            : List.of(),
        question.map(Question::commands).orElse(List.of("fram status --watch", "fram cancel")));
  }

  private static Status.Copy copy(int second, double wave, boolean copying) {
    return new Status.Copy(
        212,
        copying ? 87 : 212,
        copying ? 80 : 212,
        41_000_000,
        copying ? 1_000_000L + second * 70_000_000L : 180_000_000_000L,
        180_000_000_000L,
        copying ? (long) (70_000_000 * wave) : 0,
        copying
            ? new Status.Eta(1_500_000, 2_700_000, Status.Eta.Of.COPY_AND_INDEXES)
            : new Status.Eta(0, 0, Status.Eta.Of.COPY_AND_INDEXES),
        copying
            ? List.of(
                new Status.TableInFlight(
                    "public.order_lines_with_a_long_name",
                    "copy",
                    40_000_000_000L,
                    90_000_000_000L),
                new Status.TableInFlight(
                    "public.customers", "index", 4_000_000_000L, 4_000_000_000L))
            : List.of());
  }
}
