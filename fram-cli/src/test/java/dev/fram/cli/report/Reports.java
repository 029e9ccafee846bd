// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.tui.Pictures;
import dev.fram.core.chronicle.Chronicle;
import dev.fram.core.chronicle.ChronicleJson;
import dev.fram.core.chronicle.Series;
import dev.fram.core.chronicle.Story;
import dev.fram.core.report.Foresight;
import dev.fram.core.report.Report;
import dev.fram.core.report.ReportMaker;
import dev.fram.core.residency.Chain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reports for tests. */
final class Reports {
  static final long BEGAN = 1_764_000_000_000L;

  /** Names as nobody should give them. */
  static final List<String> HOSTILE =
      List.of(
          "<script>alert(1)</script>",
          "\"><img src=x onerror=alert(2)>",
          "Robert'); DROP TABLE students;--",
          "😀 étage & <b>",
          "right\u202Eelbat\u202Cto left",
          "line\nbreak\ttab\u0000nul",
          "</style></main>{{7*7}}${7*7}");

  private Reports() {}

  /** A migration that has been through everything. */
  static Report full() {
    Status status = Pictures.serving();
    Map<TableId, TableState> tables = new HashMap<>();
    Map<TableId, RowVerdict> verdicts = new HashMap<>();
    long bytes = 1;
    for (String name : HOSTILE) {
      TableId id = new TableId("public", name);
      bytes *= 11;
      tables.put(
          id,
          new TableState(
              id,
              TableState.Stage.READY_TO_FOLLOW,
              Optional.empty(),
              Optional.empty(),
              bytes / 7,
              bytes * 40));
      verdicts.put(id, RowVerdict.EQUAL);
    }
    Chronicle chronicle = new Chronicle(story(status), there(), after());
    Chain chain =
        Chain.empty()
            .plus(
                BEGAN,
                "run",
                Map.of(
                    "source",
                    Map.of("host", "db1.example.com", "addresses", List.of("10.0.0.1", "fd00::1")),
                    HOSTILE.get(0),
                    HOSTILE.get(1)))
            .plus(BEGAN + 9, "moved", Map.of("rows", 2_204_331L, "bytes", 760_000_000L));
    return new ReportMaker(
            new ReportMaker.Kept(status, chronicle, tables, verdicts, foresight(), chain))
        .make(
            "0.9-test",
            BEGAN + 7_400_000,
            new ReportMaker.Listed(Optional.empty(), "Not listed: db1 said \"no\" <b>"));
  }

  private static Optional<Foresight> foresight() {
    return ChronicleJson.read(
        """
        {"measured_millis":1763990000000,"copy":{"low_millis":400000,"high_millis":700000},
         "index":{"low_millis":1000,"high_millis":2000},
         "copy_and_index":{"low_millis":401000,"high_millis":802000},"catch_up":null,"verify":null,
         "freeze":{"low_millis":100,"high_millis":200},"evidence":["760 MB of rows at 30 MB/s <i>"]}
        """,
        Foresight.class);
  }

  private static Story story(Status status) {
    List<Story.Reached> phases = new ArrayList<>();
    long[] after = {0, 2_000, 4_000, 5_000, 620_000, 640_000, 700_000, 3_600_000, 3_600_900};
    PhaseName[] names = {
      PhaseName.PLANNED, PhaseName.CHECKED, PhaseName.PREPARED, PhaseName.COPYING,
      PhaseName.CATCHING_UP, PhaseName.VERIFYING, PhaseName.READY, PhaseName.CUTTING_OVER,
      PhaseName.SERVING
    };
    for (int i = 0; i < names.length; i++) {
      phases.add(new Story.Reached(names[i], BEGAN + after[i]));
    }
    return new Story(
        List.of(new Story.Run("812@host-1", BEGAN, BEGAN + 7_300_000)),
        phases,
        List.of(
            new Story.Line(
                BEGAN + 60_000,
                Story.Kind.NOTE,
                "Throttled: the copy fell from 182 MB/s to 41 MB/s; table " + HOSTILE.get(0)),
            new Story.Line(
                BEGAN + 3_700_000,
                Story.Kind.ALARM,
                "3 rows were written to the old server after the cutover, in " + HOSTILE.get(1))),
        12,
        List.of(
            new Story.Crossing(
                "cutover", BEGAN + 3_600_000, BEGAN + 3_601_000, status.cutover().orElseThrow())),
        new Story.Marks(BEGAN + 605_000, BEGAN + 618_000),
        18_220,
        120_331,
        Optional.of(new Status.Verify("continuous", 7, 7, 0, 2_204_331, 0, 40, 9_000, 120)));
  }

  private static Series there() {
    List<Series.Point> points = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      boolean copying = i < 60;
      points.add(
          new Series.Point(
              BEGAN + 5_000 + i * 10_000L + (i > 150 ? 500_000 : 0),
              copying ? 1_260_000 + 40_000L * (i % 7) : 0,
              copying ? 0 : 300 + 17L * (i % 11),
              copying ? -1 : 400 + 90L * (i % 13)));
    }
    return new Series(10_000, points);
  }

  private static Series after() {
    List<Series.Point> points = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      points.add(new Series.Point(BEGAN + 3_601_000 + i * 90_000L, 0, 200 + i, 30L * (i % 5)));
    }
    return new Series(90_000, points);
  }
}
