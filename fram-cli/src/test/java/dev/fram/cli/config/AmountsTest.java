// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "500ms, 500",
    "30s, 30000",
    "5m, 300000",
    "24h, 86400000",
    "1h30m, 5400000",
    "2d, 172800000"
  })
  void readsTimes(String text, long millis) {
    assertThat(Amounts.duration(text)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "30", "s", "30 s", "-5s", "1.5h", "5min", "1h 30m", "PT30S", "999999999d"})
  void refusesWhatIsNotATime(String text) {
    assertThat(Amounts.duration(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "16MiB, 16777216",
    "10GB, 10000000000",
    "512kB, 512000",
    "1024B, 1024",
    "1.5GB, 1500000000",
    "1 TiB, 1099511627776",
    "500mb, 500000000"
  })
  void readsSizes(String text, long bytes) {
    assertThat(Amounts.bytes(text)).contains(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "10G", "GB", "-1GB", "1.5B", "1,5GB", "999999999999999TiB"})
  void refusesWhatIsNotASize(String text) {
    assertThat(Amounts.bytes(text)).isEmpty();
  }

  @Test
  void anyTextIsReadOrRefusedButNeverBreaks() {
    Random random = new Random(42);
    String alphabet = "0123456789.smhdkKMGTiB -";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(24);
      for (int j = 0; j < length; j++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(Amounts.duration(text.toString()).filter(Duration::isNegative)).isEmpty();
      assertThat(Amounts.bytes(text.toString()).filter(b -> b < 0)).isEmpty();
    }
  }
}
