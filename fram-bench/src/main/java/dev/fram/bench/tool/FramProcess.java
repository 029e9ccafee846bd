// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.bench.measure.MemoryWatch;
import dev.fram.bench.measure.ProcessTree;
import dev.fram.bench.measure.ToolRun;
import dev.fram.core.bus.StatusJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Fram's own program in a process of its own, started by {@code ./fram} as a user does, read
 * through {@code --json}. Its picture comes once a second; it says how long a phase has lasted, so
 * that a phase's beginning is known to the millisecond. Used by one thread.
 */
public final class FramProcess implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  private static final int KEPT_LINES = 30;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Process process;
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final MemoryWatch memory;
  private final long began;
  private final Deque<String> seen = new ArrayDeque<>();

  /** What it printed, and when that came; an empty text is the end. */
  private record Line(String text, long nanos) {}

  private FramProcess(Process process, long began) {
    this.process = process;
    this.began = began;
    this.memory = MemoryWatch.of(new ProcessTree(process.pid()));
    // Read all the time, or it would stand still when the pipe is full.
    Thread.ofPlatform().name("fram-lines").daemon().start(this::read);
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      reader.lines().forEach(text -> lines.add(new Line(text, System.nanoTime())));
    } catch (IOException | UncheckedIOException ended) {
      lines.add(new Line("", System.nanoTime()));
      return;
    }
    lines.add(new Line("", System.nanoTime()));
  }

  /**
   * Starts {@code fram WORDS --json}.
   *
   * @param options more for its JVM
   */
  public static FramProcess start(FramEndpoints endpoints, List<String> options, List<String> words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("./fram"));
    command.addAll(words);
    command.addAll(List.of("--json", "--source", endpoints.source()));
    command.addAll(List.of("--target", endpoints.target()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(endpoints.environment());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("FRAM_JAVA_OPTS", String.join(" ", options));
    long began = System.nanoTime();
    Process process = builder.start();
    process.getOutputStream().close();
    return new FramProcess(process, began);
  }

  /** Runs a command to its end. */
  public static void complete(FramEndpoints endpoints, String... words) throws IOException {
    try (FramProcess fram = start(endpoints, List.of(), List.of(words))) {
      fram.awaitDone();
    }
  }

  public long pid() {
    return process.pid();
  }

  /** Until this phase or a later one; the seconds from the start to that phase's beginning. */
  public double awaitPhase(PhaseName phase) throws IOException {
    return awaitStatus(s -> s.phase().compareTo(phase) >= 0).phaseBegan();
  }

  /**
   * A picture, and when it came.
   *
   * @param status the picture
   * @param seconds since the start of the process
   */
  public record Seen(Status status, double seconds) {
    double phaseBegan() {
      return seconds - status.phaseMillis() / 1e3;
    }
  }

  /** The next picture for which this holds. */
  public Seen awaitStatus(Predicate<Status> wanted) throws IOException {
    while (true) {
      Line line = next();
      JsonNode event = MAPPER.readTree(line.text());
      switch (event.path("event").asText()) {
        case "status" -> {
          Status status = StatusJson.readStatus(event.get("status").toString());
          if (wanted.test(status)) {
            return new Seen(status, (line.nanos() - began) / 1e9);
          }
        }
        case "error" -> throw new IOException("fram failed: " + event);
        default -> {}
      }
    }
  }

  /** What it has used up to now, with a time that was taken before. */
  public ToolRun measured(double seconds, Map<String, Double> figures) {
    return new ToolRun(seconds, new ProcessTree(process.pid()).usage(), memory.peak(), figures);
  }

  /** The seconds from the start to the answer that says it went well. */
  public double awaitDone() throws IOException {
    while (true) {
      Line line = next();
      JsonNode event = MAPPER.readTree(line.text());
      switch (event.path("event").asText()) {
        case "done" -> {
          return (line.nanos() - began) / 1e9;
        }
        case "error" -> throw new IOException("fram failed: " + event);
        default -> {}
      }
    }
  }

  /** The next line that is an object; what else it printed is kept for the report of a failure. */
  private Line next() throws IOException {
    while (true) {
      Line line = taken();
      if (line.text().isEmpty()) {
        throw new IOException("fram ended:\n" + String.join("\n", seen));
      }
      seen.addLast(line.text());
      if (seen.size() > KEPT_LINES) {
        seen.removeFirst();
      }
      if (line.text().startsWith("{")) {
        return line;
      }
    }
  }

  private Line taken() throws IOException {
    try {
      Line line = lines.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (line == null) {
        throw new IOException("fram said nothing for " + LIMIT);
      }
      return line;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for fram", stopped);
    }
  }

  /** Stops it as Ctrl-C does; killed when that takes long. */
  @Override
  public void close() {
    memory.close();
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
