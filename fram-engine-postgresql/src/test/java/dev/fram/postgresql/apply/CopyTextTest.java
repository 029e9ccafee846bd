// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.postgresql.pgoutput.TupleSamples;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyTextTest {
  @Test
  void whatHasAMeaningIsEscaped() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CopyText.line(
        out,
        TupleSamples.of("a\tb", null, "\\N", "", "\\.", "x\ny\r", "äé", "skipped"),
        List.of(0, 1, 2, 3, 4, 5, 6));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("a\\tb\t\\N\t\\\\N\t\t\\\\.\tx\\ny\\r\täé\n");
  }

  @Test
  void arraysQuoteEveryElement() {
    assertThat(
            ArrayText.of(
                List.of(
                    TupleSamples.of("a\"b\\"),
                    TupleSamples.of((String) null),
                    TupleSamples.of("NULL"),
                    TupleSamples.of(TupleSamples.HOLE)),
                0,
                ';'))
        .isEqualTo("{\"a\\\"b\\\\\";NULL;\"NULL\";NULL}");
  }
}
