// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyRangeTest {
  @Test
  void itsTextIsReadBack() {
    KeyRange range = new KeyRange("id \"x\"", "int8", Optional.of("-5"), Optional.empty());
    assertThat(range.text())
        .isEqualTo("{\"column\":\"id \\\"x\\\"\",\"type\":\"int8\",\"from\":\"-5\",\"to\":null}");
    assertThat(KeyRange.parse(range.text())).isEqualTo(range);
  }

  @Test
  void theLowerBoundIsInsideAndTheUpperIsNot() {
    KeyRange range = new KeyRange("id", "int4", Optional.of("9"), Optional.of("100"));
    assertThat(range.contains("9")).isTrue();
    assertThat(range.contains("10")).isTrue();
    assertThat(range.contains("100")).isFalse();
    assertThat(range.contains("-10")).isFalse();
  }

  @Test
  void ordersAreTheServers() {
    ascending(KeyOrder.of("int2"), "-32768", "-1", "0", "9", "10");
    ascending(
        KeyOrder.of("uuid"),
        "00000000-0000-0000-0000-000000000001",
        "7fffffff-0000-0000-0000-000000000000",
        "80000000-0000-0000-0000-000000000000");
    ascending(
        KeyOrder.of("date"),
        "-infinity",
        "4713-01-01 BC",
        "0001-12-31 BC",
        "0001-01-01",
        "2024-02-29",
        "10000-01-01",
        "5874897-12-31",
        "infinity");
    ascending(
        KeyOrder.of("timestamp"),
        "-infinity",
        "0044-03-15 12:00:00 BC",
        "2024-02-29 12:00:00",
        "2024-02-29 12:00:00.05",
        "2024-02-29 12:00:00.5",
        "2024-02-29 12:00:01",
        "294276-12-31 23:59:59.999999",
        "infinity");
    ascending(
        KeyOrder.of("timestamptz"),
        "-infinity",
        "0044-03-15 12:00:00+00 BC",
        "2024-02-29 12:00:00+00",
        "2024-02-29 12:00:00.123+00",
        "infinity");
  }

  @Test
  void textHasNoOrderHere() {
    assertThatThrownBy(() -> KeyOrder.of("text")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KeyRange.parse("not json"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void ascending(KeyOrder order, String... values) {
    List<String> sorted = List.of(values);
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values.length; j++) {
        assertThat(Integer.signum(order.compare(sorted.get(i), sorted.get(j))))
            .as(sorted.get(i) + " to " + sorted.get(j))
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }
}
