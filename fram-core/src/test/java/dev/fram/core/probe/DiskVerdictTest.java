// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.probe.TargetProbe.BehindCache;
import dev.fram.api.probe.TargetProbe.Durability;
import dev.fram.api.probe.TargetProbe.Facts;
import dev.fram.api.probe.TargetProbe.Work;
import dev.fram.core.probe.DiskVerdict.Kind;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiskVerdictTest {
  private static final Latency ROUND_TRIP = latency(0.2);

  /** Milliseconds of a commit and of a page from the disk; below 0: it came from memory. */
  @ParameterizedTest
  @CsvSource({
    "0.25, -1, NVME",
    "0.40, 0.10, NVME",
    "0.90, 0.20, SATA_SSD",
    "0.90, 1.50, NETWORK_DISK",
    "3.00, -1, NETWORK_DISK",
    "3.00, 0.15, SATA_SSD",
    "9.00, -1, SPINNING",
    "12.0, 8.00, SPINNING",
    "9.00, 0.90, NETWORK_DISK"
  })
  void aDiskIsWhatItDoes(double commit, double page, Kind kind) {
    boolean fetched = page >= 0;
    DiskVerdict verdict =
        DiskVerdict.of(
            latency(commit),
            ROUND_TRIP,
            latency(fetched ? page + 0.2 : 0.25),
            OptionalDouble.of(fetched ? 1 : 0.01),
            facts(Durability.ON_DISK, BehindCache.DISK));
    assertThat(verdict.like()).isEqualTo(kind);
    assertThat(verdict.evidence()).hasSize(2);
  }

  @Test
  void commitsThatAreNotForcedSayNothing() {
    DiskVerdict verdict =
        DiskVerdict.of(
            latency(0.21),
            ROUND_TRIP,
            latency(9),
            OptionalDouble.of(1),
            facts(Durability.NOT_FORCED, BehindCache.DISK));
    assertThat(verdict.like()).isEqualTo(Kind.UNKNOWN);
  }

  @Test
  void aLongWayHidesTheDisk() {
    Facts facts = facts(Durability.ON_DISK, BehindCache.DISK);
    OptionalDouble none = OptionalDouble.empty();
    DiskVerdict hidden = DiskVerdict.of(latency(12), latency(17), latency(17), none, facts);
    assertThat(hidden.like()).isEqualTo(Kind.UNKNOWN);
    DiskVerdict seen = DiskVerdict.of(latency(20), latency(2), latency(2), none, facts);
    assertThat(seen.like()).isEqualTo(Kind.SPINNING);
  }

  @Test
  void quickCommitsOfWhichFewComeThroughAreHeld() {
    Latency held = new Latency(100, 0.5, 80, 200);
    DiskVerdict verdict =
        DiskVerdict.of(
            held,
            ROUND_TRIP,
            latency(0.3),
            OptionalDouble.empty(),
            facts(Durability.ON_DISK, BehindCache.DISK));
    assertThat(verdict.like()).isEqualTo(Kind.NETWORK_DISK);
    assertThat(verdict.evidence().getLast()).contains("200 a second").contains("credits");
  }

  /** 6 ms that are two flushes are no spinning disk's. */
  @Test
  void aCommitThatWaitsTwiceIsTwoFlushes() {
    Facts twice =
        new Facts(
            OptionalLong.empty(),
            Durability.ON_DISK,
            2,
            true,
            BehindCache.DISK,
            new Work(1, 1, 1),
            List.of());
    DiskVerdict verdict =
        DiskVerdict.of(latency(6.2), ROUND_TRIP, latency(0.3), OptionalDouble.empty(), twice);
    assertThat(verdict.like()).isEqualTo(Kind.NETWORK_DISK);
    assertThat(verdict.evidence().getFirst()).contains("6.0 ms").contains("3.0 ms each");
  }

  @Test
  void theSystemsCacheIsNoDisk() {
    DiskVerdict verdict =
        DiskVerdict.of(
            latency(3),
            ROUND_TRIP,
            latency(0.3),
            OptionalDouble.of(1),
            facts(Durability.ON_DISK, BehindCache.OPERATING_SYSTEM));
    assertThat(verdict.like()).isEqualTo(Kind.NETWORK_DISK);
  }

  private static Latency latency(double millis) {
    return new Latency(100, millis, 2 * millis, 1000 / millis);
  }

  private static Facts facts(Durability commits, BehindCache reads) {
    return new Facts(OptionalLong.empty(), commits, 1, true, reads, new Work(1, 1, 1), List.of());
  }
}
