// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.fram.api.probe.LogProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** On a disk that is a sum of numbers: what a piece takes, and how many are written. */
final class SequentialMeterTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final long MOST = 256L << 20;

  private final StopSignal signal = new StopSignal();

  @Test
  void whatALimitLetsThroughAtOnceHardlyCounts() {
    Disk disk = new Disk(20e6, 2e6);
    assertThat(rate(disk)).isCloseTo(20e6, withinPercentage(15));
    assertThat(disk.nanos).isLessThan(Duration.ofSeconds(5).toNanos());
  }

  @Test
  void aFastDiskGetsNoMoreThanWasSaid() {
    Disk disk = new Disk(2e9, 0);
    assertThat(rate(disk)).isCloseTo(2e9, withinPercentage(5));
    assertThat(disk.written).isLessThanOrEqualTo(MOST);
  }

  @Test
  void aSlowDiskIsNotHeldUpForLong() {
    Disk disk = new Disk(1e6, 1e6);
    assertThat(rate(disk)).isCloseTo(1e6, withinPercentage(35));
    assertThat(disk.nanos).isLessThan(Duration.ofSeconds(9).toNanos());
  }

  @Test
  void aPieceInANewFileDoesNotCount() {
    Disk disk = new Disk(20e6, 0);
    disk.newFileEvery = 2;
    assertThat(rate(disk)).isCloseTo(20e6, withinPercentage(5));
    disk.newFileEvery = 1;
    assertThat(measure(disk).rate()).isEmpty();
  }

  @Test
  void whatStandsInTheWayIsSaid() {
    Disk disk = new Disk(20e6, 0);
    disk.obstacle = Optional.of("it is not forced");
    assertThat(measure(disk)).isEqualTo(SequentialFigures.unknown("it is not forced"));
    assertThat(disk.written).isZero();
  }

  @Test
  void aStopIsHeardBetweenTwoPieces() {
    Disk disk = new Disk(20e6, 0);
    disk.stopAfter = 2;
    assertThatThrownBy(() -> measure(disk)).isInstanceOf(Stopped.class);
    assertThat(disk.pieces).isEqualTo(2);
  }

  private double rate(Disk disk) {
    return measure(disk).rate().orElseThrow().bytesPerSecond();
  }

  private SequentialFigures measure(Disk disk) {
    return new SequentialMeter(disk, signal).measure(disk, LIMIT, MOST);
  }

  /** So many bytes a second; the first of each piece at once. Its own clock. */
  private final class Disk implements LogProbe, Clock {
    private final double bytesPerSecond;
    private final double atOnce;
    private Optional<String> obstacle = Optional.empty();
    private int newFileEvery = Integer.MAX_VALUE;
    private int stopAfter = Integer.MAX_VALUE;
    private long nanos;
    private long written;
    private int pieces;
    private int staged;

    Disk(double bytesPerSecond, double atOnce) {
      this.bytesPerSecond = bytesPerSecond;
      this.atOnce = atOnce;
    }

    @Override
    public long millis() {
      return nanos / 1_000_000;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public String name() {
      return "log";
    }

    @Override
    public Optional<String> obstacle() {
      return obstacle;
    }

    @Override
    public long stage(int bytes) {
      staged = bytes;
      return bytes;
    }

    @Override
    public void write() {
      nanos += (long) (100_000 + Math.max(0, staged - atOnce) * 1e9 / bytesPerSecond);
      written += staged;
      pieces++;
      if (pieces == stopAfter) {
        signal.raise();
      }
    }

    @Override
    public OptionalLong written() {
      return pieces % newFileEvery == 0 ? OptionalLong.empty() : OptionalLong.of(staged);
    }
  }
}
