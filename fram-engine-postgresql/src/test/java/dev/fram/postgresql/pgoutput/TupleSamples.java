// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.pgoutput;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Makes rows for tests, through the protocol's own bytes. */
public final class TupleSamples {
  /** Stands for a value that was not sent. */
  public static final String HOLE = "\u0000hole";

  private TupleSamples() {}

  public static Tuple of(@Nullable String... values) {
    return new MessageReader(bytes(values)).tuple();
  }

  static byte[] bytes(@Nullable String... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeShort(values.length);
      for (String value : values) {
        if (value == null) {
          out.writeByte('n');
        } else if (value.equals(HOLE)) {
          out.writeByte('u');
        } else {
          out.writeByte('t');
          byte[] text = value.getBytes(StandardCharsets.UTF_8);
          out.writeInt(text.length);
          out.write(text);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
