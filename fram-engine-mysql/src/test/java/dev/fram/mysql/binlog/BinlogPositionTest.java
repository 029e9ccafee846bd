// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinlogPositionTest {
  private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gtid:",
        "gtid:" + A + ":1-5",
        "gtid:" + A + ":1-5;open=" + A + ":3",
        "file:binlog.000042:4711;server=" + A,
        "file:odd:name.000042:4711;server=17;restart=odd:name.000041:4"
      })
  void textGoesThereAndBack(String text) {
    assertThat(BinlogPosition.parse(text).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0/0", "file:binlog.000042:4711", "file:binlog.1;server=1", "gtid:x"})
  void refusesOtherTexts(String text) {
    assertThatThrownBy(() -> BinlogPosition.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFilesNumberOrdersNotItsName() {
    assertThat(file("binlog.1000000", 4).covers(file("binlog.999999", 900))).isTrue();
    assertThat(file("binlog.999999", 900).covers(file("binlog.1000000", 4))).isFalse();
    assertThat(file("binlog.000001", 900).covers(file("binlog.000001", 900))).isTrue();
    assertThat(file("binlog.000001", 899).covers(file("binlog.000001", 900))).isFalse();
  }

  @Test
  void anotherServersFilesAreNeverCovered() {
    BinlogPosition here = new BinlogPosition.File(new LogPoint("binlog.000009", 4), "1");
    BinlogPosition there = new BinlogPosition.File(new LogPoint("binlog.000001", 4), "2");
    assertThat(here.covers(there)).isFalse();
  }

  @Test
  void anOpenXaTransactionIsCoveredAndAskedForAgain() {
    BinlogPosition.Gtids position =
        (BinlogPosition.Gtids) BinlogPosition.parse("gtid:" + A + ":1-5;open=" + A + ":3");
    assertThat(position.covers(BinlogPosition.parse("gtid:" + A + ":1-5"))).isTrue();
    assertThat(position.restart()).hasToString(A + ":1-2:4-5");
  }

  @Test
  void aTransactionIsWithinAFenceThatLiesBehindItsStart() {
    LogPoint start = new LogPoint("binlog.000002", 100);
    TransactionMark mark = new TransactionMark.Start(start, "1");
    assertThat(mark.within(new BinlogPosition.File(start, "1"))).isFalse();
    assertThat(mark.within(file("binlog.000002", 101))).isTrue();
    assertThat(mark.within(new BinlogPosition.Gtids(GtidSet.EMPTY))).isFalse();
    assertThat(TransactionMark.read(mark.payload())).isEqualTo(mark);
  }

  @Test
  void aTransactionIsWithinAFenceThatHoldsItsGtid() {
    TransactionMark mark = new TransactionMark.Gtid(GtidSet.of(A, 4));
    assertThat(mark.within(BinlogPosition.parse("gtid:" + A + ":1-5"))).isTrue();
    assertThat(mark.within(BinlogPosition.parse("gtid:" + A + ":1-3:5"))).isFalse();
    assertThat(mark.within(file("binlog.000002", 101))).isFalse();
    assertThat(TransactionMark.read(mark.payload())).isEqualTo(mark);
  }

  private static BinlogPosition file(String name, long offset) {
    return new BinlogPosition.File(new LogPoint(name, offset), "1");
  }
}
