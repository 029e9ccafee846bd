// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.mysql.connection.Quoting;
import java.nio.charset.StandardCharsets;

/** Told of a JSON document piece by piece, in its order. */
sealed interface JsonWriter {

  void beginObject();

  /** The name of the value that comes next. */
  void key(String name, boolean first);

  void endObject();

  void beginArray();

  void element(boolean first);

  void endArray();

  /** {@code null}, {@code true}, {@code false}. */
  void literal(String word);

  void integer(long value);

  void unsigned(long value);

  void real(double value);

  void string(String value);

  void decimal(String digits, int precision, int scale);

  /**
   * @param type the SQL type to cast to
   */
  void temporal(String text, String type);

  void bytes(byte[] value);

  /** Writes JSON's own text; knows when that cannot say all. Used by one thread, once. */
  final class Text implements JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private int left;

    /** Whether every value has a form in JSON's text. */
    boolean complete() {
      return left == 0;
    }

    String text() {
      return out.toString();
    }

    @Override
    public void beginObject() {
      out.append('{');
    }

    @Override
    public void key(String name, boolean first) {
      element(first);
      string(name);
      out.append(": ");
    }

    @Override
    public void endObject() {
      out.append('}');
    }

    @Override
    public void beginArray() {
      out.append('[');
    }

    @Override
    public void element(boolean first) {
      out.append(first ? "" : ", ");
    }

    @Override
    public void endArray() {
      out.append(']');
    }

    @Override
    public void literal(String word) {
      out.append(word);
    }

    @Override
    public void integer(long value) {
      out.append(value);
    }

    @Override
    public void unsigned(long value) {
      out.append(Long.toUnsignedString(value));
    }

    @Override
    public void real(double value) {
      out.append(value);
    }

    @Override
    public void string(String value) {
      out.append('"');
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          out.append('\\').append(c);
        } else if (c < ' ') {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
      out.append('"');
    }

    @Override
    public void decimal(String digits, int precision, int scale) {
      left++;
    }

    @Override
    public void temporal(String text, String type) {
      left++;
    }

    @Override
    public void bytes(byte[] value) {
      left++;
    }
  }

  /** Writes an SQL expression of type JSON. Used by one thread, once. */
  final class Expression implements JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private boolean inside;

    String sql() {
      // A lone scalar is not JSON yet.
      return inside ? out.toString() : "CAST(" + out + " AS JSON)";
    }

    @Override
    public void beginObject() {
      inside = true;
      out.append("JSON_OBJECT(");
    }

    @Override
    public void key(String name, boolean first) {
      element(first);
      string(name);
      out.append(", ");
    }

    @Override
    public void endObject() {
      out.append(')');
    }

    @Override
    public void beginArray() {
      inside = true;
      out.append("JSON_ARRAY(");
    }

    @Override
    public void element(boolean first) {
      out.append(first ? "" : ", ");
    }

    @Override
    public void endArray() {
      out.append(')');
    }

    @Override
    public void literal(String word) {
      out.append(word);
    }

    @Override
    public void integer(long value) {
      out.append("CAST(").append(value).append(" AS SIGNED)");
    }

    @Override
    public void unsigned(long value) {
      out.append("CAST(").append(Long.toUnsignedString(value)).append(" AS UNSIGNED)");
    }

    /** An exponent makes the constant a DOUBLE. */
    @Override
    public void real(double value) {
      String text = Double.toString(value);
      out.append(text).append(text.indexOf('E') < 0 ? "E0" : "");
    }

    @Override
    public void string(String value) {
      out.append("_utf8mb4 ").append(Quoting.hex(value.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void decimal(String digits, int precision, int scale) {
      String type = "DECIMAL(" + precision + "," + scale + ")";
      out.append("CAST(").append(digits).append(" AS ").append(type).append(')');
    }

    @Override
    public void temporal(String text, String type) {
      out.append("CAST(").append(Quoting.literal(text)).append(" AS ").append(type).append(')');
    }

    @Override
    public void bytes(byte[] value) {
      out.append("CAST(").append(Quoting.hex(value)).append(" AS BINARY)");
    }
  }
}
