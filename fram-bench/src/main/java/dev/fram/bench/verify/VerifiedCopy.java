// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.verify;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.BenchArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.FramProcess;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code fram migrate --verify=continuous} until every row has been compared. */
final class VerifiedCopy implements Contender {
  private final BenchArena arena;
  private final int jobs;
  private final List<String> jvm;
  private Optional<FramProcess> running = Optional.empty();

  VerifiedCopy(BenchArena arena, int jobs, List<String> jvm) {
    this.arena = arena;
    this.jobs = jobs;
    this.jvm = jvm;
  }

  @Override
  public String name() {
    return "fram --verify=continuous";
  }

  @Override
  public ToolRun run() throws Exception {
    List<String> words = List.of("migrate", "--jobs=" + jobs, "--verify=continuous");
    FramProcess fram = FramProcess.start(arena.endpoints(), jvm, words);
    running = Optional.of(fram);
    double ready = fram.awaitPhase(PhaseName.READY);
    double copy = fram.reached(PhaseName.CATCHING_UP) - fram.reached(PhaseName.COPYING);
    double verify = ready - fram.reached(PhaseName.VERIFYING);
    return fram.measured(
        ready,
        Map.of("copy_seconds", copy, "verify_seconds", verify, "verify_by_copy", verify / copy));
  }

  @Override
  public void tidy() throws Exception {
    running.ifPresent(FramProcess::close);
    running = Optional.empty();
    FramProcess.complete(arena.endpoints(), "cancel");
  }
}
