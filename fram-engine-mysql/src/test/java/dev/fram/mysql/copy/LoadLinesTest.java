// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadLinesTest {
  private static final int ALL = 1 << 20;

  @Test
  void whatWouldEndAFieldOrALineStandsBehindABackslash() {
    LoadLines lines = new LoadLines();
    lines.field(bytes("a\tb"), true);
    lines.field(null, false);
    lines.field(bytes(""), false);
    lines.field(bytes("\\\n\0"), false);
    lines.endOfLine();
    assertThat(new String(taken(lines, 3), StandardCharsets.US_ASCII))
        .isEqualTo("a\\\tb\t\\N\t\t\\\\\\\n\\0\n");
    assertThat(lines.empty()).isTrue();
  }

  /** Values longer than what it begins with, and full of what has to be escaped. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyByteArrives(long seed) {
    Random random = new Random(seed);
    LoadLines lines = new LoadLines();
    for (int round = 0; round < 20; round++) {
      byte[] value = new byte[random.nextInt(200_000)];
      random.nextBytes(value);
      if (round % 2 == 0) {
        for (int i = 0; i < value.length; i++) {
          value[i] = bytes("\\\t\n\0xy")[Math.floorMod(value[i], 6)];
        }
      }
      lines.clear();
      lines.field(value, true);
      assertThat(unescaped(taken(lines, 1 + random.nextInt(9_000)))).isEqualTo(value);
    }
  }

  private static byte[] taken(LoadLines lines, int atOnce) {
    ByteArrayOutputStream all = new ByteArrayOutputStream(ALL);
    byte[] buffer = new byte[atOnce];
    while (!lines.empty()) {
      all.write(buffer, 0, lines.take(buffer, 0, atOnce));
    }
    return all.toByteArray();
  }

  /** As the server reads a field. */
  private static byte[] unescaped(byte[] line) {
    ByteArrayOutputStream value = new ByteArrayOutputStream(line.length);
    for (int i = 0; i < line.length; i++) {
      if (line[i] != '\\') {
        assertThat(line[i]).isNotIn((byte) '\t', (byte) '\n', (byte) 0);
        value.write(line[i]);
      } else {
        i++;
        value.write(line[i] == '0' ? 0 : line[i]);
      }
    }
    return value.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
