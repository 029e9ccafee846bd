// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.Optional;

/**
 * One event of the log as one line of JSON. Of an exception only the place is told: the message of
 * a driver's exception may hold a value.
 *
 * @param command which command of fram is running
 * @param process the number of its process
 */
record JsonLine(String command, long process) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  byte[] of(ILoggingEvent event, String migration) {
    ObjectNode line = begun(event.getTimeStamp(), event.getLevel().toString(), migration);
    line.put("thread", event.getThreadName());
    line.put("logger", event.getLoggerName());
    line.put("message", event.getFormattedMessage());
    Optional.ofNullable(event.getKeyValuePairs())
        .ifPresent(pairs -> pairs.forEach(pair -> line.putPOJO(pair.key, pair.value)));
    if (event.getThrowableProxy() != null) {
      trace(line, event.getThrowableProxy());
    }
    return bytes(line);
  }

  /** So many lines could not be written before this one. */
  byte[] lost(long lines, long millis, String migration) {
    ObjectNode line = begun(millis, "WARN", migration);
    line.put("message", "lines are missing here");
    line.put("lost", lines);
    return bytes(line);
  }

  private ObjectNode begun(long millis, String level, String migration) {
    ObjectNode line = MAPPER.createObjectNode();
    line.put("time", TIME.format(Instant.ofEpochMilli(millis)));
    line.put("level", level);
    if (!migration.isEmpty()) {
      line.put("migration", migration);
    }
    line.put("command", command);
    line.put("process", process);
    return line;
  }

  private static void trace(ObjectNode line, IThrowableProxy thrown) {
    line.put("exception", thrown.getClassName());
    ArrayNode trace = line.putArray("trace");
    for (StackTraceElementProxy element : thrown.getStackTraceElementProxyArray()) {
      trace.add(Objects.requireNonNull(element.getStackTraceElement()).toString());
    }
  }

  private static byte[] bytes(ObjectNode line) {
    try {
      return (MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }
}
