// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;

/** The JSON form of a {@link Measurement}: snake_case; what is unknown is null, never 0. */
public final class MeasureJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private MeasureJson() {}

  public static String write(Measurement measurement) {
    try {
      return MAPPER.writeValueAsString(measurement);
    } catch (JsonProcessingException e) {
      throw new FramException(
          ErrorCode.INTERNAL, "A measurement cannot be written as JSON.", "", e);
    }
  }
}
