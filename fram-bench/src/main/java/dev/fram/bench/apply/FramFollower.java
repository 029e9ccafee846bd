// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.apply;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.Usage;
import dev.fram.bench.tool.FramProcess;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code fram migrate} that has come to READY. It is paused by stopping its process. */
public final class FramFollower implements Follower {
  private final String name;
  private final TargetServer target;
  private final FramProcess fram;

  private FramFollower(String name, TargetServer target, FramProcess fram) {
    this.name = name;
    this.target = target;
    this.fram = fram;
  }

  /** Starts it with options of its command and of its JVM, and waits until it follows. */
  public static FramFollower start(
      String name, BenchArena arena, TargetServer target, List<String> options, List<String> jvm)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("migrate"));
    words.addAll(options);
    FramProcess fram = FramProcess.start(arena.endpoints(target), jvm, words);
    try {
      fram.awaitPhase(PhaseName.READY);
      return new FramFollower(name, target, fram);
    } catch (IOException | RuntimeException failed) {
      fram.close();
      throw failed;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void pause() throws IOException {
    fram.pause();
  }

  @Override
  public void resume() throws IOException {
    fram.resume();
  }

  @Override
  public long targetPid() {
    return target.pid();
  }

  @Override
  public Connection connect() throws SQLException {
    return target.connect();
  }

  @Override
  public Usage toolUsage() {
    return fram.measured(0, Map.of()).tool();
  }

  @Override
  public long toolPeak() {
    return fram.measured(0, Map.of()).peakBytes();
  }

  @Override
  public Map<String, Double> figures() {
    return fram.measured(0, Map.of()).figures();
  }

  @Override
  public void close() {
    fram.close();
  }
}
