// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.load;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.BenchArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.FramProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * {@code fram migrate} beside an application: first what the source can write alone, and the
 * application's latency at a third of that; then the same latency while Fram copies; then nine
 * tenths of that rate, while Fram follows. The comparison of the rows is off.
 */
final class FramUnderLoad implements Contender {
  static final List<String> FIGURES =
      List.of(
          "best_per_second",
          "calm_p99_ms",
          "copy_p99_ms",
          "p99_by_calm",
          "written_per_second",
          "lag_seconds");
  private static final double NEARLY_ALL = 0.9;

  private final BenchArena arena;
  private final int jobs;
  private final List<String> jvm;
  private final Calm application;
  private final OptionalInt pace;
  private Optional<FramProcess> running = Optional.empty();

  /**
   * @param pace by how many percent later the source may answer; empty for what is usual
   */
  FramUnderLoad(BenchArena arena, int jobs, List<String> jvm, Calm application, OptionalInt pace) {
    this.arena = arena;
    this.jobs = jobs;
    this.jvm = jvm;
    this.application = application;
    this.pace = pace;
  }

  @Override
  public String name() {
    return "fram beside an application"
        + (pace.isPresent() ? ", source " + pace.getAsInt() + " % later" : "");
  }

  @Override
  public ToolRun run() throws Exception {
    double best = application.best();
    Oltp.Seen calm = application.alone();
    List<String> words = new ArrayList<>(List.of("migrate", "--jobs=" + jobs, "--verify=off"));
    pace.ifPresent(percent -> words.add("--max-source-latency-increase=" + percent));
    FramProcess fram = FramProcess.start(arena.endpoints(), jvm, words);
    running = Optional.of(fram);
    fram.awaitPhase(PhaseName.COPYING);
    Oltp beside = application.beside();
    fram.awaitPhase(PhaseName.CATCHING_UP);
    Oltp.Seen copying = beside.stop();
    double ready = fram.awaitPhase(PhaseName.READY);
    Heartbeat beat = Heartbeat.start(arena);
    Oltp.Seen following = application.during(best * NEARLY_ALL);
    double lag = beat.stop();
    return fram.measured(
        ready,
        Map.of(
            "best_per_second",
            best,
            "calm_p99_ms",
            calm.p99Millis(),
            "copy_p99_ms",
            copying.p99Millis(),
            "p99_by_calm",
            copying.p99Millis() / calm.p99Millis(),
            "written_per_second",
            following.perSecond(),
            "lag_seconds",
            lag));
  }

  @Override
  public void tidy() throws Exception {
    running.ifPresent(FramProcess::close);
    running = Optional.empty();
    FramProcess.complete(arena.endpoints(), "cancel");
  }
}
