// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.viewers;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.BenchArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.FramProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code fram migrate} from the start of its process until it is READY: copied, indexed, caught up
 * and every row compared. The page is there only where somebody looks at it.
 */
final class Watched implements Contender {
  private final String name;
  private final BenchArena arena;
  private final List<String> words;
  private final Onlookers onlookers;
  private Optional<FramProcess> running = Optional.empty();
  private Optional<Onlookers.Watching> watching = Optional.empty();

  Watched(String name, BenchArena arena, List<String> words, Onlookers onlookers) {
    this.name = name;
    this.arena = arena;
    this.words = List.copyOf(words);
    this.onlookers = onlookers;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ToolRun run() throws Exception {
    List<String> all = new ArrayList<>(words);
    int port = Onlookers.freePort();
    if (onlookers.page()) {
      all.add("--dashboard=127.0.0.1:" + port);
    }
    FramProcess fram = FramProcess.start(arena.endpoints(), List.of(), all);
    running = Optional.of(fram);
    Onlookers.Watching viewers = onlookers.watch(port);
    watching = Optional.of(viewers);
    double copied = fram.awaitPhase(PhaseName.CATCHING_UP);
    double ready = fram.awaitPhase(PhaseName.READY);
    if (viewers.connected() < onlookers.count()) {
      throw new IllegalStateException("only " + viewers.connected() + " viewers were let in");
    }
    return fram.measured(
        ready,
        Map.of(
            "until_copied_seconds", copied,
            "viewers", (double) viewers.connected(),
            "viewers_read_bytes", (double) viewers.bytes()));
  }

  @Override
  public void tidy() throws Exception {
    watching.ifPresent(Onlookers.Watching::close);
    watching = Optional.empty();
    running.ifPresent(FramProcess::close);
    running = Optional.empty();
    FramProcess.complete(arena.endpoints(), "cancel");
  }
}
