// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.copy;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.BenchArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.FramProcess;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code fram migrate} from the start of its process until every table is copied, indexed and
 * analyzed, that is until it begins to catch up. It is never told to be less careful.
 */
final class FramCopy implements Contender {
  private final BenchArena arena;
  private final int jobs;
  private final List<String> jvm;
  private Optional<FramProcess> running = Optional.empty();

  FramCopy(BenchArena arena, int jobs, List<String> jvm) {
    this.arena = arena;
    this.jobs = jobs;
    this.jvm = jvm;
  }

  @Override
  public String name() {
    return "fram";
  }

  @Override
  public ToolRun run() throws Exception {
    FramProcess fram =
        FramProcess.start(arena.endpoints(), jvm, List.of("migrate", "--jobs=" + jobs));
    running = Optional.of(fram);
    double copying = fram.awaitPhase(PhaseName.COPYING);
    double done = fram.awaitPhase(PhaseName.CATCHING_UP);
    return fram.measured(done, Map.of("until_copy_begins_seconds", copying));
  }

  @Override
  public void tidy() throws Exception {
    running.ifPresent(FramProcess::close);
    running = Optional.empty();
    FramProcess.complete(arena.endpoints(), "cancel");
  }
}
