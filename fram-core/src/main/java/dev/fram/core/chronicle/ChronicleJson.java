// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.chronicle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.Optional;

/** The JSON of what is kept. Unknown properties are passed over, as in the status. Thread-safe. */
public final class ChronicleJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
          .build();

  private ChronicleJson() {}

  public static String write(Object kept) {
    try {
      return MAPPER.writeValueAsString(kept);
    } catch (JsonProcessingException e) {
      throw new FramException(ErrorCode.INTERNAL, "A record cannot be written as JSON.", "", e);
    }
  }

  /** Empty when it is of another form: another version of Fram has written it. */
  public static <T> Optional<T> read(String json, Class<T> type) {
    try {
      return Optional.ofNullable(MAPPER.readValue(json, type));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
