// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.key;

import dev.fram.postgresql.connection.Sql;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * How a database keeps text, and how its texts come to be the same on two servers. Texts leave and
 * enter as bytes: a database in SQL_ASCII holds bytes that are no text in any encoding.
 */
public enum ServerText {
  UTF8("UTF8") {
    @Override
    public String hashed(String text) {
      return text;
    }
  },
  /** SQL_ASCII: the bytes are taken as they are, which is UTF-8 where an application means it. */
  ANY_BYTES("SQL_ASCII") {
    @Override
    public String hashed(String text) {
      return text;
    }
  },
  /** Any other encoding: hash functions work on the server's own bytes, so it is converted. */
  CONVERTED("UTF8") {
    @Override
    public String hashed(String text) {
      return bytes(text);
    }
  };

  private static final char FIRST_ESCAPE = 0xDC80;
  private static final char LAST_ESCAPE = 0xDCFF;

  private final String encoding;

  ServerText(String encoding) {
    this.encoding = encoding;
  }

  /** That of the database a session is in. */
  public static ServerText of(Connection connection) throws SQLException {
    return switch (Sql.text(connection, "SELECT current_setting('server_encoding')")) {
      case "UTF8" -> UTF8;
      case "SQL_ASCII" -> ANY_BYTES;
      default -> CONVERTED;
    };
  }

  /** A text as an argument for a hash function that takes text or bytes. */
  public abstract String hashed(String text);

  /** A text as bytes, the same on every server. */
  public String bytes(String text) {
    return "convert_to(" + text + ", '" + encoding + "')";
  }

  /** A parameter of bytes as a text. */
  public String parameter() {
    return "convert_from(?::bytea, '" + encoding + "')";
  }

  /**
   * UTF-8 as a text. A byte that is none becomes half of a surrogate pair, which no text has: the
   * way back is exact.
   */
  public static String decode(ByteBuffer bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer text = CharBuffer.allocate(bytes.remaining() + 1);
    while (true) {
      CoderResult result = decoder.decode(bytes, text, true);
      if (!result.isError()) {
        return text.flip().toString();
      }
      for (int i = 0; i < result.length(); i++) {
        text.put((char) (0xDC00 | (bytes.get() & 0xFF)));
      }
    }
  }

  /** The bytes that {@link #decode} made a text of. */
  public static byte[] encode(String text) {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    if (text.chars().noneMatch(c -> c >= FIRST_ESCAPE && c <= LAST_ESCAPE)) {
      return plain;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 8);
    text.codePoints()
        .forEach(point -> {
          if (point >= FIRST_ESCAPE && point <= LAST_ESCAPE) {
            bytes.write(point & 0xFF);
          } else {
            bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
          }
        });
    return bytes.toByteArray();
  }
}
