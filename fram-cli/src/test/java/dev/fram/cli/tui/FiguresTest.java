// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
  @ParameterizedTest
  @CsvSource({
    "-1,?",
    "0,0 B",
    "999,999 B",
    "1000,1.0 kB",
    "9949,9.9 kB",
    "9951,10 kB",
    "999499,999 kB",
    "999500,1.0 MB",
    "760000000,760 MB",
    "9223372036854775807,9223 PB"
  })
  void bytes(long bytes, String text) {
    assertThat(Figures.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "-1,?",
    "0,0 ms",
    "999,999 ms",
    "4250,4.2 s",
    "59999,59 s",
    "125000,2 min 5 s",
    "60000,1 min",
    "12000000,3 h 20 min",
    "187200000,2 d 4 h"
  })
  void time(long millis, String text) {
    assertThat(Figures.time(millis)).isEqualTo(text);
  }

  @Test
  void allIsSaidOnlyOfAll() {
    assertThat(Figures.percent(999_999, 1_000_000)).isEqualTo("99 %");
    assertThat(Figures.percent(1_000_000, 1_000_000)).isEqualTo("100 %");
    assertThat(Figures.percent(5, 0)).isEqualTo("?");
    assertThat(Figures.percent(-1, 10)).isEqualTo("0 %");
  }

  @Test
  void aGapThatNobodyMeasuredIsNotCalledShort() {
    assertThat(Figures.probe(new Status.Probe("p", 3, 3, 241, 18, 0, 0, "")))
        .isEqualTo("a client waited at most 241 ms to write, 18 ms to read; no error");
    assertThat(Figures.probe(new Status.Probe("p", 3, 3, -1, -1, 0, 0, "")))
        .startsWith("how long a client waited is not known")
        .endsWith("no error");
  }
}
