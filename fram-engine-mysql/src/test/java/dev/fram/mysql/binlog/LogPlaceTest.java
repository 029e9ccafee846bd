// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogPlaceTest {
  private static final long GIB = 1L << 30;

  @Test
  void offsetsGoOnBeyondThirtyTwoBits() {
    LogPlace place = LogPlace.at(new BinlogPosition.File(new LogPoint("b.000001", 4), "1"));
    for (long gib = 1; gib <= 5; gib++) {
      // What the log says has lost its higher bits.
      place.passed(gib * GIB % (4 * GIB));
    }
    BinlogPosition far = place.position().orElseThrow();
    assertThat(far.text()).isEqualTo("file:b.000001:" + 5 * GIB + ";server=1;restart=b.000001:4");

    LogPlace again = LogPlace.at(BinlogPosition.parse(far.text()));
    again.passed(GIB);
    assertThat(again.position()).isEmpty();
    assertThat(again.old(new TransactionMark.Start(new LogPoint("b.000001", GIB), "1"))).isTrue();
    again.rotated(new LogPoint("b.000002", 4));
    assertThat(again.position().orElseThrow().text()).isEqualTo("file:b.000002:4;server=1");
  }

  @Test
  void anEventThatComesAgainDoesNotMoveThePlace() {
    LogPlace place = LogPlace.at(new BinlogPosition.File(new LogPoint("b.000001", 900), "1"));
    place.passed(126);
    assertThat(place.position().orElseThrow().text()).isEqualTo("file:b.000001:900;server=1");
  }
}
