// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
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
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
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

  private static final Pattern HEAP = Pattern.compile("-Xmx(\\d+)([mMgG])");

  private final Process process;
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final MemoryWatch memory;
  private final long began;
  private final Deque<String> seen = new ArrayDeque<>();
  private JsonNode status = MissingNode.getInstance();
  private double heapLimit;

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

  /** The last of several counts for Java. */
  private static double heapLimit(String commandLine) {
    Matcher option = HEAP.matcher(commandLine);
    double limit = 0;
    while (option.find()) {
      double number = Double.parseDouble(option.group(1));
      limit = option.group(2).equalsIgnoreCase("g") ? number * 1024 : number;
    }
    return limit;
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
      failOn(event(running(LIMIT)));
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

  /**
   * What it has used up to now, with a time that was taken before; the limit of its heap is among
   * the figures.
   */
  public ToolRun measured(double seconds, Map<String, Double> figures) {
    Map<String, Double> all = new TreeMap<>(figures);
    all.put(ToolRun.HEAP_LIMIT, heapLimit);
    return new ToolRun(seconds, new ProcessTree(process.pid()).usage(), memory.peak(), all);
  }

  /** Its picture once it is as wanted, or its last one when it ends before. */
  public JsonNode awaitStatus(Predicate<JsonNode> wanted) throws IOException {
    while (!wanted.test(status)) {
      Line line = next(LIMIT);
      failOn(event(line));
      if (line.text().equals(END)) {
        break;
      }
    }
    return status;
  }

  /**
   * Fails when it has said that something went wrong, or has ended.
   *
   * @return whether the phase was reached up to now
   */
  public boolean has(PhaseName phase) throws IOException {
    while (!lines.isEmpty()) {
      failOn(event(running(LIMIT)));
    }
    return phases.containsKey(phase.name());
  }

  /** Until the answer that says it went well. */
  private void awaitDone() throws IOException {
    while (true) {
      JsonNode event = event(running(LIMIT));
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

  private JsonNode event(Line line) throws IOException {
    JsonNode event = MAPPER.readTree(line.text().startsWith("{") ? line.text() : "{}");
    if (event.path("event").asText().equals("status")) {
      status = event.path("status");
    }
    return event;
  }

  private Line running(Duration limit) throws IOException {
    Line line = next(limit);
    if (line.text().equals(END)) {
      throw new IOException("fram ended:\n" + String.join("\n", seen));
    }
    return line;
  }

  /** The last lines are kept for the report of a failure. */
  private Line next(Duration limit) throws IOException {
    Line line = taken(limit);
    if (heapLimit == 0) {
      heapLimit = heapLimit(new ProcessTree(process.pid()).commandLine());
    }
    seen.addLast(line.text());
    if (seen.size() > KEPT_LINES) {
      seen.removeFirst();
    }
    return line;
  }

  private Line taken(Duration limit) throws IOException {
    try {
      Line line = lines.poll(limit.toSeconds(), TimeUnit.SECONDS);
      if (line == null) {
        throw new IOException("fram said nothing for " + limit);
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
