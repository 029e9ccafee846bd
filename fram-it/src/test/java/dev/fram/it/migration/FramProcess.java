// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The command line in a process of its own, as a user runs it; it can be killed like one. */
final class FramProcess implements AutoCloseable {
  private final Process process;
  private final Path output;

  private FramProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts {@code fram WORDS --source .. --target ..}.
   *
   * @param heap the JVM's heap: {@code 256m}
   */
  static FramProcess start(String heap, Endpoint source, Endpoint target, String... words)
      throws IOException {
    Path output = Files.createTempFile("fram-", ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    Optional.ofNullable(System.getProperty("fram.pg.bin"))
        .ifPresent(folder -> command.add("-Dfram.pg.bin=" + folder));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.fram.cli.Main"));
    command.addAll(List.of(words));
    command.addAll(List.of("--source", source.toString(), "--target", target.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    builder.environment().put("FRAM_SOURCE_PASSWORD", source.password().orElseThrow().reveal());
    builder.environment().put("FRAM_TARGET_PASSWORD", target.password().orElseThrow().reveal());
    return new FramProcess(builder.start(), output);
  }

  /** Waits this long for it to end by itself. */
  boolean endsWithin(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  int exitCode() {
    return process.exitValue();
  }

  /** SIGKILL, and waits until it is gone. */
  void kill9() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(output);
  }
}
