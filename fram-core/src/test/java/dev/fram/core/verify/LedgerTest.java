// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.TableId;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What was written since, and what becomes of it when it is too much. */
final class LedgerTest {
  private static final TableId ONE = new TableId("public", "one");
  private static final TableId TWO = new TableId("public", "two");

  private final Ledger ledger = new Ledger(3);

  @Test
  void nothingIsKeptOfATableThatNobodyCompares() {
    assertThat(ledger.wanted(ONE)).isFalse();
    ledger.touched(ONE, "1");
    assertThat(ledger.keys(ONE)).isEmpty();
    assertThat(ledger.inQuestion(ONE, "2")).as("never compared").isTrue();
  }

  @Test
  void opensAnewAndHandsOutWhatWasThere() {
    ledger.open(ONE);
    ledger.touched(ONE, "1");
    ledger.touched(ONE, "1");
    assertThat(ledger.inQuestion(ONE, "1")).isTrue();
    assertThat(ledger.inQuestion(ONE, "2")).isFalse();
    KeySet old = ledger.open(ONE).orElseThrow();
    assertThat(old.copy()).containsExactly("1");
    assertThat(ledger.inQuestion(ONE, "1")).isFalse();
    ledger.touched(ONE, "2");
    ledger.restore(ONE, old);
    assertThat(ledger.keys(ONE)).isEqualTo(Set.of("1", "2"));
  }

  @Test
  void theTableWithTheMostKeysGivesThemUp() {
    ledger.open(ONE);
    ledger.open(TWO);
    ledger.touched(TWO, "a");
    for (int i = 0; i < 3; i++) {
      ledger.touched(ONE, "k" + i);
    }
    assertThat(ledger.anyInQuestion(ONE)).isTrue();
    assertThat(ledger.wanted(ONE)).isFalse();
    assertThat(ledger.keys(TWO)).containsExactly("a");
    assertThat(ledger.size(Set.of(ONE, TWO))).isEqualTo(1);
  }

  @Test
  void aTableThatWasEmptiedIsInQuestionWhole() {
    ledger.open(ONE);
    ledger.touched(ONE, "1");
    ledger.touchedAll(ONE);
    assertThat(ledger.inQuestion(ONE, "anything")).isTrue();
    KeySet old = ledger.open(ONE).orElseThrow();
    ledger.restore(ONE, old);
    assertThat(ledger.anyInQuestion(ONE)).isTrue();
  }
}
