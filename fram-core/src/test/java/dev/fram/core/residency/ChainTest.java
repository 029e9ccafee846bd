// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ChainTest {
  private static final Chain THREE =
      Chain.empty()
          .plus(
              1000,
              "run",
              Map.of("source", Map.of("host", "db1", "addresses", List.of("10.0.0.1"))))
          .plus(2000, "moved", Map.of("rows", 12L, "bytes", 5_000_000_000L))
          .plus(3000, "statement", Map.of("statement", "gelöscht 😀 \" <b>"));

  @Test
  void isWholeAsItWasWrittenAndAfterItsJson() {
    assertThat(THREE.broken()).isEmpty();
    Chain again = Chain.read(THREE.json()).orElseThrow();
    assertThat(again.broken()).isEmpty();
    assertThat(again.json()).isEqualTo(THREE.json());
    assertThat(again.plus(4000, "statement", Map.of()).broken()).isEmpty();
  }

  /** Pinned: a report of today must be checkable by every later version. */
  @Test
  void theCanonicalFormStays() {
    assertThat(
            Chain.empty()
                .plus(1000, "moved", Map.of("rows", 12, "bytes", 7))
                .last()
                .orElseThrow()
                .hash())
        .isEqualTo(
            sha256(
                "{\"at_millis\":1000,\"facts\":{\"bytes\":7,\"rows\":12},\"kind\":\"moved\","
                    + "\"number\":1,\"previous\":\""
                    + "0".repeat(64)
                    + "\"}"));
  }

  @Test
  void namesTheFirstEntryThatWasChanged() {
    String json = THREE.json();
    assertThat(broken(json.replace("\"rows\":12", "\"rows\":13"))).isEqualTo(2);
    assertThat(broken(json.replace("db1", "db2"))).isEqualTo(1);
    assertThat(broken(json.replace("2000", "2001"))).isEqualTo(2);
    assertThat(broken(json.replace("moved", "Moved"))).isEqualTo(2);
    assertThat(broken(json.replace("gelöscht", "geloescht"))).isEqualTo(3);
  }

  @Test
  void namesWhatWasTakenAwayOrPutIn() {
    List<Entry> entries = new ArrayList<>(THREE.entries());
    entries.remove(1);
    assertThat(new Chain(entries).broken().orElseThrow().number()).isEqualTo(2);
    entries = new ArrayList<>(THREE.entries());
    entries.removeFirst();
    assertThat(new Chain(entries).broken().orElseThrow().number()).isEqualTo(1);
    entries = new ArrayList<>(THREE.entries());
    entries.add(1, entries.get(0));
    assertThat(new Chain(entries).broken().orElseThrow().number()).isEqualTo(2);
    // An entry that was made anew with its own hash: the one after it does not follow.
    Entry other =
        new Chain(List.of(THREE.entries().get(0)))
            .plus(2000, "moved", Map.of("rows", 99))
            .last()
            .orElseThrow();
    assertThat(
            new Chain(List.of(THREE.entries().get(0), other, THREE.entries().get(2)))
                .broken()
                .orElseThrow()
                .number())
        .isEqualTo(3);
  }

  @Test
  void whatIsNoChainIsSaid() {
    for (String text : List.of("", "{}", "[1]", "[{\"number\":\"x\"}]", "[{}]", "[null]")) {
      assertThat(Chain.read(text).flatMap(Chain::broken).isPresent() || Chain.read(text).isEmpty())
          .as(text)
          .isTrue();
    }
  }

  private static int broken(String json) {
    return Chain.read(json).orElseThrow().broken().orElseThrow().number();
  }

  private static String sha256(String text) {
    try {
      return java.util.HexFormat.of()
          .formatHex(
              java.security.MessageDigest.getInstance("SHA-256")
                  .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
