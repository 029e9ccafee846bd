// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
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

  /** MariaDB: the same place in both notations, also when what was read is read again. */
  @Test
  void theGtidsGoWithThePlaceWhereTheyAreAskedFor() {
    LogPlace place =
        LogPlace.at(
            BinlogPosition.parse("file:b.000001:900;server=1;restart=b.000001:400;gtids=0-1-5"));
    end(place, 400, "0-1-4");
    assertThat(place.position()).isEmpty();
    place.passed(600);
    end(place, 600, "0-1-5");
    place.passed(900);
    assertThat(place.position().orElseThrow().text())
        .isEqualTo("file:b.000001:900;server=1;gtids=0-1-5");
    end(place, 900, "7-2-1");
    place.passed(1000);
    BinlogPosition now = place.position().orElseThrow();
    assertThat(now.text()).isEqualTo("file:b.000001:1000;server=1;gtids=0-1-5,7-2-1");
    assertThat(BinlogPosition.parse(now.text())).isEqualTo(now);
  }

  private static void end(LogPlace place, long at, String gtid) {
    String[] parts = gtid.split("-", -1);
    place.ended(
        new TransactionMark.Start(new LogPoint("b.000001", at), "1"),
        Optional.of(
            new DomainGtids.Gtid(
                Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]))));
  }

  @Test
  void noGtidsAreGivenOutWhereNobodyAsksForThem() {
    LogPlace place = LogPlace.at(new BinlogPosition.File(new LogPoint("b.000001", 4), "1"));
    end(place, 4, "0-1-5");
    assertThat(place.position().orElseThrow().text()).isEqualTo("file:b.000001:4;server=1");
  }
}
