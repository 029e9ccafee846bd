// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.Optional;

/** The report's JSON: snake_case, an empty optional is null. Thread-safe. */
public final class ReportJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ReportJson() {}

  public static JsonNode tree(Report report) {
    return MAPPER.valueToTree(report);
  }

  /** The part about the forecast alone. */
  public static JsonNode tree(Report.Comparison forecast) {
    return MAPPER.valueToTree(forecast);
  }

  public static String text(JsonNode report) {
    try {
      return MAPPER.writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new FramException(ErrorCode.INTERNAL, "A report cannot be written as JSON.", "", e);
    }
  }

  /** Empty when the text is no JSON object. */
  public static Optional<JsonNode> read(String text) {
    try {
      return Optional.ofNullable(MAPPER.readTree(text)).filter(JsonNode::isObject);
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
