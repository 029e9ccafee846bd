// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class XidWidenerTest {
  @Test
  void theEpochGoesOnOverTheBoundary() {
    XidWidener widener = new XidWidener(0x1_FFFF_FFF0L);
    assertThat(widener.widen(0xFFFF_FFFE)).isEqualTo(0x1_FFFF_FFFEL);
    assertThat(widener.widen(3)).isEqualTo(0x2_0000_0003L);
    assertThat(widener.widen(0xFFFF_FFFF)).isEqualTo(0x1_FFFF_FFFFL);
    assertThat(widener.widen(4)).isEqualTo(0x2_0000_0004L);
  }

  @Property
  void anythingWithin2To31IsFound(
      @ForAll @LongRange(min = 1L << 32, max = 1L << 40) long reference,
      @ForAll @LongRange(min = Integer.MIN_VALUE, max = Integer.MAX_VALUE) long distance) {
    long xid = reference + distance;
    assertThat(new XidWidener(reference).widen((int) xid)).isEqualTo(xid);
  }
}
