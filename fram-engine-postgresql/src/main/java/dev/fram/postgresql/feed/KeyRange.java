// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A half-open range [from, to) of a table's leading key column; what is empty is open. Its text is
 * the range of a key chunk: {@code {"column":"id","type":"int8","from":"1","to":null}}.
 *
 * @param column the column's name
 * @param type the column's type, as {@code pg_type.typname}: one of {@link KeyOrder}'s
 * @param from the first value inside, as the server prints it
 * @param to the first value outside
 */
public record KeyRange(String column, String type, Optional<String> from, Optional<String> to) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @throws IllegalArgumentException when the text is not a range, or its type has no order here
   */
  public static KeyRange parse(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      KeyRange range =
          new KeyRange(
              node.required("column").asText(),
              node.required("type").asText(),
              optional(node.required("from")),
              optional(node.required("to")));
      KeyOrder.of(range.type);
      return range;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a key range: " + text, e);
    }
  }

  public String text() {
    ObjectNode node = JSON.createObjectNode().put("column", column).put("type", type);
    node.put("from", from.orElse(null));
    node.put("to", to.orElse(null));
    return node.toString();
  }

  /** Whether a value, as the server prints it, lies in the range. */
  public boolean contains(String value) {
    KeyOrder order = KeyOrder.of(type);
    return from.map(bound -> order.compare(value, bound) >= 0).orElse(true)
        && to.map(bound -> order.compare(value, bound) < 0).orElse(true);
  }

  private static Optional<String> optional(JsonNode node) {
    return node.isNull() ? Optional.empty() : Optional.of(node.asText());
  }
}
