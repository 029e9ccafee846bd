// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogFileTest {
  private static final int MANY = 100_000;

  @TempDir Path folder;

  private final LoggerContext context = new LoggerContext();
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());
  private final List<LogFile> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(LogFile::stop);
  }

  @Test
  void eachLineIsJsonWithTheMigration() throws IOException {
    Path path = folder.resolve("fram.log");
    LogFile file = open(path);
    log(file, "before it has a name");
    file.flush();
    context.putProperty("migration", "e7c771ae ");
    LoggingEvent event = event("a \"quoted\"\nline");
    event.setThrowableProxy(
        new ch.qos.logback.classic.spi.ThrowableProxy(new IOException("the value of a row")));
    file.doAppend(event);
    file.stop();
    List<String> lines = Files.readAllLines(path);
    assertThat(lines).hasSize(2);
    JsonNode first = new ObjectMapper().readTree(lines.getFirst());
    assertThat(first.has("migration")).isFalse();
    JsonNode second = new ObjectMapper().readTree(lines.getLast());
    assertThat(second.get("migration").asText()).isEqualTo("e7c771ae");
    assertThat(second.get("message").asText()).isEqualTo("a \"quoted\"\nline");
    assertThat(second.get("exception").asText()).isEqualTo("java.io.IOException");
    assertThat(second.get("trace").size()).isPositive();
    assertThat(second.get("process").asLong()).isEqualTo(ProcessHandle.current().pid());
    assertThat(lines.getLast()).doesNotContain("value of a row");
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(told).isEmpty();
  }

  @Test
  void anOlderLogIsContinued() throws IOException {
    Path path = folder.resolve("fram.log");
    Files.writeString(path, "{}\n");
    LogFile file = open(path);
    log(file, "more");
    file.stop();
    assertThat(Files.readAllLines(path)).hasSize(2);
  }

  @Test
  void aFullDiskIsToldOnceAndNobodyWaits() {
    LogFile file = open(Path.of("/dev/full"));
    for (int i = 0; i < MANY; i++) {
      log(file, "line " + i);
    }
    file.stop();
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("/dev/full", "No space left on device");
    assertThat(file.trouble()).isPresent();
  }

  /** Nobody ever reads the pipe: opening it hangs for good, as a dead network disk does. */
  @Test
  void aFileThatHangsHoldsNobodyUp() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    LogFile file = open(pipe);
    long began = System.nanoTime();
    for (int i = 0; i < MANY; i++) {
      log(file, "line " + i);
    }
    file.stop();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    // What waits in the thread is let go of, so that the test leaves no thread behind.
    Process reader =
        new ProcessBuilder("cat", pipe.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(reader.waitFor(20, TimeUnit.SECONDS)).isTrue();
    await().atMost(Duration.ofSeconds(20)).until(() -> writers() == 0);
  }

  private static long writers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("log-file"))
        .count();
  }

  private LogFile open(Path path) {
    LogFile file = new LogFile(path, "migrate", told::add);
    file.setContext(context);
    file.start();
    opened.add(file);
    return file;
  }

  private void log(LogFile file, String message) {
    file.doAppend(event(message));
  }

  private LoggingEvent event(String message) {
    return new LoggingEvent(
        "none", context.getLogger("dev.fram.test"), Level.INFO, message, null, null);
  }
}
