// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.ways;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.FramEndpoints;
import dev.fram.bench.tool.FramProcess;
import dev.fram.testkit.server.MySqlServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code fram migrate} until a cutover is possible; the comparison of the rows is off. */
final class FramWay implements Way {
  private final String name;
  private final MySqlArena arena;
  private final List<String> jvm;
  private final List<String> words;
  private final boolean clones;
  private Optional<FramProcess> running = Optional.empty();

  /**
   * @param words further ones for {@code migrate}
   * @param clones it takes the whole server, and the target is started again when it has ended
   */
  FramWay(String name, MySqlArena arena, List<String> jvm, List<String> words, boolean clones) {
    this.name = name;
    this.arena = arena;
    this.jvm = jvm;
    this.words = words;
    this.clones = clones;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ToolRun run(TargetServer.MySql target) throws Exception {
    List<String> all = new ArrayList<>(List.of("migrate", "--verify=off"));
    all.addAll(words);
    CountDownLatch over = new CountDownLatch(1);
    Thread supervisor =
        Thread.ofPlatform().name("supervisor").start(() -> supervise(target.server(), over));
    try {
      FramProcess fram = FramProcess.start(endpoints(target), jvm, all);
      running = Optional.of(fram);
      double copied = fram.awaitPhase(PhaseName.CATCHING_UP);
      double ready = fram.awaitPhase(PhaseName.READY);
      return fram.measured(ready, Map.of("until_copied_seconds", copied));
    } finally {
      over.countDown();
      supervisor.join();
    }
  }

  /** As systemd does: a clone ends the server and leaves its start to others. */
  private void supervise(MySqlServer server, CountDownLatch over) {
    try {
      while (clones && !over.await(100, TimeUnit.MILLISECONDS)) {
        server.start();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private FramEndpoints endpoints(TargetServer.MySql target) {
    return clones ? arena.wholeServer(target) : arena.endpoints(target);
  }

  @Override
  public void tidy(TargetServer.MySql target) throws Exception {
    running.ifPresent(FramProcess::close);
    running = Optional.empty();
    FramProcess.complete(endpoints(target), "cancel");
  }
}
