// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Asks the source for the type of each value of a document and writes the document as an SQL
 * expression of typed constants. Stateless; the caller's session and transaction.
 */
final class JsonTypes {
  /** How many types are asked for by one statement. */
  private static final int AT_ONCE = 500;

  private static final ObjectMapper EXACT =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private JsonTypes() {}

  /** Empty when the row is not there any more. */
  static Optional<String> expression(Connection source, TableId table, String column, String row)
      throws SQLException {
    String from = " FROM " + Quoting.table(table) + " WHERE " + row;
    String name = Quoting.identifier(column);
    Optional<String> text =
        Sql.first(source, "SELECT CAST(" + name + " AS CHAR)" + from, r -> r.getString(1));
    if (text.isEmpty()) {
      return Optional.empty();
    }
    JsonNode document = parse(text.get());
    List<String> paths = new ArrayList<>();
    scalars(document, "$", paths);
    Deque<String> types = new ArrayDeque<>();
    for (int i = 0; i < paths.size(); i += AT_ONCE) {
      List<String> part = paths.subList(i, Math.min(i + AT_ONCE, paths.size()));
      types.addAll(types(source, name, part, from));
    }
    return types.size() < paths.size()
        ? Optional.empty()
        : Optional.of(document.isContainerNode() ? build(document, types) : root(document, types));
  }

  private static JsonNode parse(String text) throws SQLException {
    try {
      return EXACT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new SQLException("the source's JSON text cannot be read", "22032", 3140);
    }
  }

  private static List<String> types(
      Connection source, String column, List<String> paths, String from) throws SQLException {
    String list =
        paths.stream()
            .map(p -> "JSON_TYPE(JSON_EXTRACT(" + column + ", " + Quoting.literal(p) + "))")
            .collect(Collectors.joining(", "));
    return Sql.first(
            source,
            "SELECT " + list + from,
            row -> {
              List<String> types = new ArrayList<>();
              for (int i = 1; i <= paths.size(); i++) {
                types.add(Optional.ofNullable(row.getString(i)).orElse(""));
              }
              return types;
            })
        .orElse(List.of());
  }

  /** Where the numbers and texts are, in the document's order. */
  private static void scalars(JsonNode node, String path, List<String> paths) {
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        scalars(field.getValue(), path + "." + quoted(field.getKey()), paths);
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        scalars(node.get(i), path + "[" + i + "]", paths);
      }
    } else if (node.isNumber() || node.isTextual()) {
      paths.add(path);
    }
  }

  private static String quoted(String key) {
    return JsonNodeFactory.instance.textNode(key).toString();
  }

  private static String root(JsonNode node, Deque<String> types) {
    return "CAST(" + build(node, types) + " AS JSON)";
  }

  private static String build(JsonNode node, Deque<String> types) {
    if (node.isObject()) {
      return node.properties().stream()
          .map(field -> text(field.getKey()) + ", " + build(field.getValue(), types))
          .collect(Collectors.joining(", ", "JSON_OBJECT(", ")"));
    }
    if (node.isArray()) {
      List<String> parts = new ArrayList<>();
      node.forEach(part -> parts.add(build(part, types)));
      return "JSON_ARRAY(" + String.join(", ", parts) + ")";
    }
    return node.isNumber() || node.isTextual()
        ? constant(node, types.removeFirst())
        : node.asText();
  }

  private static String constant(JsonNode node, String type) {
    String value = node.asText();
    return switch (type) {
      case "DATE" -> "CAST(" + Quoting.literal(value) + " AS DATE)";
      case "TIME" -> "CAST(" + Quoting.literal(value) + " AS TIME(6))";
      case "DATETIME", "TIMESTAMP" -> "CAST(" + Quoting.literal(value) + " AS DATETIME(6))";
      case "INTEGER" -> "CAST(" + value + " AS SIGNED)";
      case "UNSIGNED INTEGER" -> "CAST(" + value + " AS UNSIGNED)";
      case "DECIMAL" -> decimal(node.decimalValue());
      case "DOUBLE" -> value.contains("E") || value.contains("e") ? value : value + "E0";
      case "BLOB", "BIT", "OPAQUE" -> bytes(value);
      default -> text(value);
    };
  }

  private static String decimal(BigDecimal value) {
    int scale = Math.max(0, value.scale());
    int precision = Math.max(value.precision(), scale + 1);
    return "CAST(" + value.toPlainString() + " AS DECIMAL(" + precision + "," + scale + "))";
  }

  /** {@code base64:type15:AAEC}. */
  private static String bytes(String value) {
    String coded = value.substring(value.indexOf(':', "base64:".length()) + 1);
    return "CAST(" + Quoting.hex(Base64.getMimeDecoder().decode(coded)) + " AS BINARY)";
  }

  private static String text(String value) {
    return "_utf8mb4 " + Quoting.hex(value.getBytes(StandardCharsets.UTF_8));
  }
}
