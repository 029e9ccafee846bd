// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.TableId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;

/**
 * One stray write as a line of JSON. Values are text that can be given back to the server; a column
 * that the log does not tell is left out. What is no text stands as {@code {"hex": "..."}}. Owned
 * by one thread.
 */
public final class StrayLine {
  private final StringBuilder json = new StringBuilder("{\"at\":");
  private String between = "";

  /**
   * @param transaction the server's name for it
   */
  public StrayLine(long committedAtMillis, String transaction, TableId table) {
    text(Instant.ofEpochMilli(committedAtMillis).toString());
    json.append(",\"transaction\":");
    text(transaction);
    json.append(",\"schema\":");
    text(table.schema());
    json.append(",\"table\":");
    text(table.name());
  }

  public StrayLine act(String act) {
    json.append(",\"act\":");
    text(act);
    return this;
  }

  /** The cells that come now are this row's. */
  public StrayLine begin(String row) {
    json.append(',');
    text(row);
    json.append(":{");
    between = "";
    return this;
  }

  public StrayLine end() {
    json.append('}');
    return this;
  }

  public void empty(String column) {
    name(column);
    json.append("null");
  }

  public void cell(String column, String value) {
    name(column);
    text(value);
  }

  /** As text if it is UTF-8. */
  public void cell(String column, ByteBuffer value) {
    try {
      cell(column, StandardCharsets.UTF_8.newDecoder().decode(value.duplicate()).toString());
    } catch (CharacterCodingException e) {
      hex(column, value);
    }
  }

  public void hex(String column, ByteBuffer value) {
    name(column);
    byte[] raw = new byte[value.remaining()];
    value.duplicate().get(raw);
    json.append("{\"hex\":\"").append(HexFormat.of().formatHex(raw)).append("\"}");
  }

  public byte[] bytes() {
    return (json + "}").getBytes(StandardCharsets.UTF_8);
  }

  private void name(String column) {
    json.append(between);
    between = ",";
    text(column);
    json.append(':');
  }

  private void text(String value) {
    json.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
