// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.Tuple;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;

/**
 * One stray write as a line of JSON. Values are the server's own text, so that they can be given
 * back to it; a column that was not sent is left out. What is no UTF-8 stands as {@code {"hex":
 * "..."}}.
 */
final class StrayLine {
  private final StringBuilder json = new StringBuilder("{\"at\":");

  StrayLine(long committedAtMillis, long xid, TableId table) {
    text(Instant.ofEpochMilli(committedAtMillis).toString());
    json.append(",\"transaction\":").append(xid).append(",\"schema\":");
    text(table.schema());
    json.append(",\"table\":");
    text(table.name());
  }

  StrayLine act(String act) {
    json.append(",\"act\":");
    text(act);
    return this;
  }

  StrayLine row(String name, Relation relation, Tuple row) {
    json.append(',');
    text(name);
    json.append(":{");
    String between = "";
    for (int i = 0; i < row.columns(); i++) {
      if (!row.isHole(i)) {
        json.append(between);
        between = ",";
        text(relation.columns().get(i).name());
        json.append(':');
        value(row, i);
      }
    }
    json.append('}');
    return this;
  }

  byte[] bytes() {
    return (json + "}").getBytes(StandardCharsets.UTF_8);
  }

  private void value(Tuple row, int column) {
    if (row.isNull(column)) {
      json.append("null");
      return;
    }
    ByteBuffer bytes = row.bytes(column);
    try {
      text(StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString());
    } catch (CharacterCodingException e) {
      byte[] raw = new byte[bytes.remaining()];
      bytes.get(raw);
      json.append("{\"hex\":\"").append(HexFormat.of().formatHex(raw)).append("\"}");
    }
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
