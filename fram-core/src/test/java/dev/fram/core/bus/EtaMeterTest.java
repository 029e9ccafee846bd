// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.Status.Eta;
import org.junit.jupiter.api.Test;

final class EtaMeterTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MB = 1_000_000;
  private static final long ALL = 100_000 * MB;

  private final EtaMeter meter = new EtaMeter();
  private long seconds;
  private long bytes;

  /** One second at so many megabytes. */
  private Eta second(long megabytes) {
    seconds++;
    bytes += megabytes * MB;
    return now();
  }

  private Eta now() {
    return meter.eta(seconds * SECOND, new EtaMeter.Work(bytes, ALL - bytes, ALL));
  }

  @Test
  void measuresUntilItDeservesANumber() {
    assertThat(now().known()).isFalse();
    for (int i = 0; i < 9; i++) {
      assertThat(second(100).known()).isFalse();
    }
    second(100);
    second(100);
    Eta eta = second(100);
    assertThat(eta.of()).isEqualTo(Eta.Of.COPY);
    assertThat(eta.lowMillis()).isBetween(900_000L, 1_000_000L);
    assertThat(eta.highMillis()).isBetween(eta.lowMillis(), 1_100_000L);
  }

  @Test
  void whatHasChangedLatelyWidensTheRange() {
    for (int i = 0; i < 100; i++) {
      second(100);
    }
    long before = now().highMillis();
    Eta eta = now();
    for (int i = 0; i < 16; i++) {
      eta = second(25);
    }
    assertThat(eta.highMillis()).isGreaterThan(3 * before);
    assertThat(eta.lowMillis()).isBetween(900_000L, 1_100_000L);
  }

  @Test
  void indexesAreCountedOnceOneWasBuilt() {
    for (int i = 0; i < 20; i++) {
      second(100);
    }
    Eta without = now();
    meter.indexing(2);
    meter.indexed(1_000 * MB, 4 * SECOND);
    Eta with = now();
    assertThat(with.of()).isEqualTo(Eta.Of.COPY_AND_INDEXES);
    // 400 s of index work, by two at a time beside the copy, or after it.
    assertThat(with.lowMillis()).isEqualTo(without.lowMillis());
    assertThat(with.highMillis()).isEqualTo(without.highMillis() + 400_000);
  }

  @Test
  void aTinyTablesIndexTellsNothing() {
    meter.indexed(8_192, SECOND / 20);
    assertThat(meter.eta(0, new EtaMeter.Work(ALL, 0, ALL)).known()).isFalse();
    for (int i = 0; i < 20; i++) {
      second(100);
    }
    assertThat(now().of()).isEqualTo(Eta.Of.COPY);
    Eta rest = meter.eta(seconds * SECOND, new EtaMeter.Work(ALL, 0, 8_192 * 100));
    assertThat(rest.of()).isEqualTo(Eta.Of.COPY_AND_INDEXES);
    assertThat(rest.highMillis()).isEqualTo(5_000);
  }

  @Test
  void doneIsDone() {
    Eta eta = meter.eta(0, new EtaMeter.Work(ALL, 0, 0));
    assertThat(eta.known()).isTrue();
    assertThat(eta.highMillis()).isZero();
  }
}
