// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Every sample of a contest as JSON, so that another may calculate with it. */
public record ResultFile(Path folder) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Returns the file that was written. */
  public Path write(String name, List<String> description, List<Sample> samples)
      throws IOException {
    LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
    ObjectNode root = MAPPER.createObjectNode().put("bench", name).put("at", now + "Z");
    root.put("cores", Runtime.getRuntime().availableProcessors());
    root.put("java", Runtime.version().toString());
    ArrayNode lines = root.putArray("description");
    description.forEach(lines::add);
    ArrayNode contenders = root.putArray("contenders");
    String first = samples.getFirst().contender();
    for (String contender : samples.stream().map(Sample::contender).distinct().toList()) {
      ObjectNode node = contenders.addObject().put("name", contender);
      List<Sample> own = samples.stream().filter(s -> s.contender().equals(contender)).toList();
      put(node.putObject("seconds"), Table.spread(own, s -> s.run().seconds()));
      put(node.putObject("ratio_first_to_it"), Table.ratio(samples, first, contender));
      ArrayNode runs = node.putArray("runs");
      own.forEach(sample -> put(runs.addObject(), sample));
    }
    Files.createDirectories(folder);
    String stamp = now.format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    return Files.writeString(
        folder.resolve(name + "-" + stamp + ".json"), MAPPER.writeValueAsString(root) + "\n");
  }

  private static void put(ObjectNode node, Spread spread) {
    node.put("median", rounded(spread.median()))
        .put("low", rounded(spread.low()))
        .put("high", rounded(spread.high()));
  }

  private static void put(ObjectNode node, Sample sample) {
    node.put("round", sample.round()).put("seconds", rounded(sample.run().seconds()));
    node.put("source_cpu_seconds", rounded(sample.source().cpuSeconds()));
    node.put("target_cpu_seconds", rounded(sample.target().cpuSeconds()));
    node.put("tool_cpu_seconds", rounded(sample.run().tool().cpuSeconds()));
    node.put("tool_peak_bytes", sample.run().peakBytes());
    node.put("source_written_bytes", sample.source().writtenBytes());
    node.put("target_written_bytes", sample.target().writtenBytes());
    node.put("tool_written_bytes", sample.run().tool().writtenBytes());
    sample.run().figures().forEach((name, value) -> node.put(name, rounded(value)));
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
