// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.mysql.binlog.DomainGtids.Gtid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DomainGtidsTest {
  @Test
  void isReadInAnyOrderAndWrittenInOne() {
    assertThat(DomainGtids.parse("7-2-3, 0-1-5\n,4294967295-4294967295-18446744073709551615"))
        .hasToString("0-1-5,7-2-3,4294967295-4294967295-18446744073709551615");
    assertThat(DomainGtids.parse("")).isEqualTo(DomainGtids.NONE).hasToString("");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0-1", "0-1-2-3", "a-1-2", "0-1-5,0-2-6", "0:1-2", "0--1-2"})
  void whatIsNoPointIsRefused(String text) {
    assertThatThrownBy(() -> DomainGtids.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Each domain counts for itself, and who committed does not count. */
  @Test
  void coversByDomain() {
    DomainGtids point = DomainGtids.parse("0-1-5,7-2-3");
    assertThat(point.covers(DomainGtids.parse("0-9-5"))).isTrue();
    assertThat(point.covers(DomainGtids.parse("0-1-5,7-2-3"))).isTrue();
    assertThat(point.covers(DomainGtids.NONE)).isTrue();
    assertThat(point.covers(DomainGtids.parse("0-1-6"))).isFalse();
    assertThat(point.covers(DomainGtids.parse("0-1-1,8-1-1"))).isFalse();
    assertThat(DomainGtids.NONE.covers(point)).isFalse();
    assertThat(DomainGtids.parse("0-1-9223372036854775808").covers(DomainGtids.parse("0-1-1")))
        .as("numbers have no sign")
        .isTrue();
  }

  @Test
  void goesOnByOneTransaction() {
    DomainGtids point = DomainGtids.NONE.then(new Gtid(0, 1, 5)).then(new Gtid(7, 1, 1));
    assertThat(point.then(new Gtid(0, 2, 6))).hasToString("0-2-6,7-1-1");
  }

  @Test
  void theUnionIsTheFartherOfEach() {
    DomainGtids one = DomainGtids.parse("0-1-5,7-2-3");
    DomainGtids other = DomainGtids.parse("0-1-4,7-3-4,8-1-1");
    assertThat(one.union(other)).hasToString("0-1-5,7-3-4,8-1-1");
    assertThat(other.union(one)).isEqualTo(one.union(other));
  }
}
