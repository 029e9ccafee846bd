// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;

/**
 * The one JSON form of {@link Status} and {@link Answer}: snake_case, an empty optional is null.
 * Unknown properties are passed over, so that an older program can read a newer one. Thread-safe.
 */
public final class StatusJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
          .build();

  private StatusJson() {}

  public static String write(Status status) {
    return text(status);
  }

  public static String write(Answer answer) {
    return text(answer);
  }

  /**
   * @throws FramException INTERNAL when the text is not a status
   */
  public static Status readStatus(String json) {
    return read(json, Status.class);
  }

  /**
   * @throws FramException INTERNAL when the text is not an answer
   */
  public static Answer readAnswer(String json) {
    return read(json, Answer.class);
  }

  private static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new FramException(ErrorCode.INTERNAL, "A picture cannot be written as JSON.", "", e);
    }
  }

  private static <T> T read(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new FramException(
          ErrorCode.INTERNAL,
          "What the target holds is not the JSON of a " + type.getSimpleName() + ".",
          "Another version of Fram may have written it.",
          e);
    }
  }
}
