// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fram.api.status.PhaseName;
import dev.fram.bench.measure.MemoryWatch;
import dev.fram.bench.measure.ProcessTree;
import dev.fram.bench.measure.ToolRun;
import dev.fram.testkit.server.Command;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fram's own program in a process of its own, started by {@code ./fram} as a user does, read
 * through {@code --json -v}: the log says at once when a phase is reached, the picture only once a
 * second. Used by one thread.
 */
public final class FramProcess implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();

  private static final Pattern REACHED = Pattern.compile("[A-Z_]+ -> ([A-Z_]+)$");
  private static final String END = "(end)";
  private static final int KEPT_LINES = 30;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Process process;
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final MemoryWatch memory;
  private final long began;
  private final Deque<String> seen = new ArrayDeque<>();

  /** What it printed, and when that came. */
  private record Line(String text, long nanos) {}

  /** When each phase was reached, by its name; from the log, which is there at once. */
  private final Map<String, Long> phases = new ConcurrentHashMap<>();

  private FramProcess(Process process, long began) {
    this.process = process;
    this.began = began;
    this.memory = MemoryWatch.of(new ProcessTree(process.pid()));
    // Read all the time, or it would stand still when a pipe is full; and each for itself, or a
    // line of the log would fall into the middle of a long picture.
    BufferedReader log = process.errorReader(StandardCharsets.UTF_8);
    Thread.ofPlatform().name("fram-log").daemon().start(() -> read(log));
    BufferedReader pictures = process.inputReader(StandardCharsets.UTF_8);
    Thread.ofPlatform()
        .name("fram-lines")
        .daemon()
        .start(() -> {
          read(pictures);
          lines.add(new Line(END, System.nanoTime()));
        });
  }

  private void read(BufferedReader from) {
    try (from) {
      from.lines().forEach(this::read);
    } catch (IOException | UncheckedIOException ended) {
      // With its process.
    }
  }

  private void read(String text) {
    long now = System.nanoTime();
    Matcher reached = REACHED.matcher(text);
    if (reached.find()) {
      phases.put(reached.group(1), now);
    }
    lines.add(new Line(text, now));
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
    command.addAll(List.of("--json", "-v", "--source", endpoints.source()));
    command.addAll(List.of("--target", endpoints.target()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(endpoints.environment());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // The copy and the catching up are measured, not what follows a cutover.
    builder.environment().put("FRAM_REVERSE_WINDOW", "none");
    builder.environment().put("FRAM_JAVA_OPTS", String.join(" ", options));
    long began = System.nanoTime();
    Process process = builder.start();
    // A bench that is ended by a signal takes it along.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end-fram"));
    process.getOutputStream().close();
    return new FramProcess(process, began);
  }

  /** Runs a command to its end. */
  public static void complete(FramEndpoints endpoints, String... words) throws IOException {
    try (FramProcess fram = start(endpoints, List.of(), List.of(words))) {
      fram.awaitDone();
    }
  }

  /** Makes it stand still where it is; its connections stay. */
  public void pause() throws IOException {
    signal("STOP");
  }

  /** Lets it go on. */
  public void resume() throws IOException {
    signal("CONT");
  }

  private void signal(String name) throws IOException {
    Command.of(List.of(), "sh", "-c", "kill -" + name + " " + process.pid()).run();
  }

  /** The seconds from the start until this phase is reached. */
  public double awaitPhase(PhaseName phase) throws IOException {
    while (!phases.containsKey(phase.name())) {
      Line line = next();
      failOn(MAPPER.readTree(line.text().startsWith("{") ? line.text() : "{}"));
    }
    return reached(phase);
  }

  /** The seconds from the start to a phase that it has reached. */
  public double reached(PhaseName phase) {
    Long nanos = phases.get(phase.name());
    if (nanos == null) {
      throw new IllegalStateException(phase + " was not reached");
    }
    return (nanos - began) / 1e9;
  }

  /** What it has used up to now, with a time that was taken before. */
  public ToolRun measured(double seconds, Map<String, Double> figures) {
    return new ToolRun(seconds, new ProcessTree(process.pid()).usage(), memory.peak(), figures);
  }

  /** Until the answer that says it went well. */
  private void awaitDone() throws IOException {
    while (true) {
      Line line = next();
      JsonNode event = MAPPER.readTree(line.text().startsWith("{") ? line.text() : "{}");
      failOn(event);
      if (event.path("event").asText().equals("done")) {
        return;
      }
    }
  }

  private static void failOn(JsonNode event) throws IOException {
    if (event.path("event").asText().equals("error")) {
      throw new IOException("fram failed: " + event);
    }
  }

  /** The last lines are kept for the report of a failure. */
  private Line next() throws IOException {
    Line line = taken();
    if (line.text().equals(END)) {
      throw new IOException("fram ended:\n" + String.join("\n", seen));
    }
    seen.addLast(line.text());
    if (seen.size() > KEPT_LINES) {
      seen.removeFirst();
    }
    return line;
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
    try {
      resume();
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException | IOException stopped) {
      process.destroyForcibly();
      if (stopped instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
