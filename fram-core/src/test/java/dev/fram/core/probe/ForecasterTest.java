// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.probe.Disk;
import dev.fram.api.probe.TargetProbe;
import dev.fram.core.probe.Forecast.Bottleneck;
import dev.fram.core.probe.Forecast.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class ForecasterTest {
  private static final TableId ORDERS = new TableId("shop", "orders");
  private static final double MB = 1e6;

  private double read = 100 * MB;
  private double write = 50 * MB;
  private double network = 1000 * MB;
  private OptionalDouble rows = OptionalDouble.of(100);
  private boolean apart = true;
  private long scratch = 250_000_000;
  private Disk disk = Disk.unseen("on another machine");
  private Optional<ComparisonFigures> comparison = Optional.empty();
  private SourceFigures.LogKept kept =
      new SourceFigures.LogKept(OptionalLong.empty(), OptionalLong.empty(), "kept=-1");

  @Test
  void betweenBothAtOnceAndInTurn() {
    // 10 GB on disk are 5 GB on the way: a thousand rows of the sample had 50 kB.
    Forecast forecast = forecast();
    // 100 s at once, 150 s in turn: 122 s in the middle of them.
    assertThat(forecast.copy().orElseThrow().lowMillis()).isBetween(86_600L, 87_400L);
    assertThat(forecast.copy().orElseThrow().highMillis()).isBetween(173_200L, 174_700L);
    assertThat(forecast.bottleneck()).isEqualTo(Bottleneck.TARGET_WRITE);
    assertThat(forecast.index().orElseThrow().lowMillis()).isBetween(35_000L, 36_000L);
    // It is one table: its indexes are built when it is there.
    assertThat(forecast.copyAndIndex().orElseThrow().lowMillis()).isBetween(122_000L, 123_500L);
    // A tenth of what the target updates a second is written meanwhile.
    assertThat(forecast.catchUp().orElseThrow().lowMillis()).isBetween(13_600L, 14_400L);
    assertThat(forecast.keepsUp()).isEqualTo(Verdict.YES);
    assertThat(forecast.logLasts()).isEqualTo(Verdict.YES);
  }

  @Test
  void oneTablesIndexesMayBeBuiltByOneSession() {
    apart = false;
    assertThat(forecast().index()).contains(TimeRange.around(0.85 * 100 + 0.84));
  }

  @Test
  void aSmallIndexOfALargeTableReadsAllOfIt() {
    scratch = 25_000_000;
    // 50 MB/s were read while the scratch table's index was built twice in a second.
    assertThat(forecast().index()).contains(TimeRange.around(200.8));
  }

  @Test
  void theSlowestPartIsNamed() {
    read = 20 * MB;
    assertThat(forecast().bottleneck()).isEqualTo(Bottleneck.SOURCE_READ);
    network = 21 * MB;
    assertThat(forecast().bottleneck()).isEqualTo(Bottleneck.SOURCE_NETWORK);
    read = 100 * MB;
    write = 20 * MB;
    assertThat(forecast().bottleneck()).isEqualTo(Bottleneck.TARGET_NETWORK);
  }

  @Test
  void aBusySourceIsNeverCaughtUpWith() {
    rows = OptionalDouble.of(1500);
    Forecast forecast = forecast();
    assertThat(forecast.keepsUp()).isEqualTo(Verdict.NO);
    assertThat(forecast.catchUp()).isEmpty();
    assertThat(forecast.logLasts()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void comparingTakesAsLongAsTheSlower() {
    assertThat(forecast().verify()).isEmpty();
    comparison =
        Optional.of(
            new ComparisonFigures(
                2,
                rate(100 * MB),
                4,
                rate(50 * MB),
                List.of(new ComparisonFigures.TableSample(ORDERS, 20_000_000, 404))));
    // The source: 10 GB in pieces of 20 MB, 400 ms each, two at a time; the target: 5 GB of rows.
    assertThat(forecast().verify()).contains(TimeRange.around(2 * 0.3 + 0.85 * 100.002));
    assertThat(forecast().evidence()).anyMatch(said -> said.startsWith("Comparing every row"));
  }

  @Test
  void theFreezeIsCommitsAndAnswers() {
    // Twice 103 ms, 40 commits of 1 ms, 61 answers of 0.2 ms on each side, a second's hundred rows.
    assertThat(forecast().freeze()).contains(TimeRange.around(0.3704));
    assertThat(forecast().evidence()).anyMatch(said -> said.startsWith("Writes blocked: 40"));
  }

  @Test
  void aDiskThatHasNoRoomForTheLogIsSaid() {
    assertThat(forecast().evidence()).anyMatch(said -> said.contains("free cannot be seen"));
    disk = Disk.told(1_000_000_000_000L, 2_000_000_000_000L, "seen");
    assertThat(forecast().logLasts()).isEqualTo(Verdict.YES);
    assertThat(forecast().evidence()).anyMatch(said -> said.endsWith("take 11 GB: enough."));
    disk = Disk.told(100_000_000, 2_000_000_000_000L, "seen");
    assertThat(forecast().logLasts()).isEqualTo(Verdict.NO);
    assertThat(forecast().evidence()).anyMatch(said -> said.contains("not enough to be safe"));
  }

  @Test
  void whatIsNotToldIsUnknown() {
    rows = OptionalDouble.empty();
    Forecast forecast = forecast();
    assertThat(forecast.keepsUp()).isEqualTo(Verdict.UNKNOWN);
    assertThat(forecast.catchUp()).isEmpty();
    assertThat(forecast.copy()).isPresent();
  }

  @Test
  void aLogThatIsDroppedTooSoonIsSaid() {
    kept = new SourceFigures.LogKept(OptionalLong.empty(), OptionalLong.of(60_000), "expire=60");
    assertThat(forecast().logLasts()).isEqualTo(Verdict.NO);
    kept = new SourceFigures.LogKept(OptionalLong.empty(), OptionalLong.of(86_400_000), "expire");
    assertThat(forecast().logLasts()).isEqualTo(Verdict.YES);
    kept = new SourceFigures.LogKept(OptionalLong.of(1 << 20), OptionalLong.empty(), "keep=1MB");
    assertThat(forecast().logLasts()).isEqualTo(Verdict.NO);
  }

  private Forecast forecast() {
    Table table = new Table(ORDERS, 100_000_000, 10_000_000_000L, Table.Transfer.COPY_AND_FOLLOW);
    MeasureSettings settings =
        new MeasureSettings(Duration.ofSeconds(30), Optional.empty(), 1, 1, 4, 2, 2);
    return new Forecaster(
            settings,
            List.of(table),
            new Forecaster.Seen(
                new HostFigures(HostFigures.USUAL / 2),
                source(),
                target(),
                link(),
                link(),
                comparison))
        .forecast();
  }

  private SourceFigures source() {
    return new SourceFigures(
        1,
        10_000_000_000L,
        OptionalLong.of(1_000_000_000),
        Optional.of(rate(read)),
        4,
        List.of(new SourceFigures.TableSample(ORDERS, 1000, 50_000)),
        new SourceFigures.Change(10_000, OptionalDouble.of(MB), OptionalDouble.empty(), rows),
        kept,
        disk);
  }

  private TargetFigures target() {
    Latency commit = new Latency(100, 1, 2, 1000);
    TargetProbe.Facts facts =
        new TargetProbe.Facts(
            OptionalLong.empty(),
            TargetProbe.Durability.ON_DISK,
            1,
            apart,
            TargetProbe.BehindCache.DISK,
            new TargetProbe.Work(10, 100, 3),
            List.of());
    return new TargetFigures(
        commit,
        SequentialFigures.unknown("not asked"),
        rate(write),
        4,
        rate(10 * MB),
        40,
        commit,
        1000,
        commit,
        OptionalDouble.empty(),
        scratch,
        200,
        facts,
        new DiskVerdict(DiskVerdict.Kind.UNKNOWN, List.of()),
        disk);
  }

  private LinkFigures link() {
    return new LinkFigures(
        "db:1",
        "a server",
        Optional.empty(),
        new Latency(10, 0.2, 0.3, 5000),
        rate(network),
        rate(network),
        4);
  }

  private static Rate rate(double bytesPerSecond) {
    return new Rate((long) bytesPerSecond, 1000, bytesPerSecond);
  }
}
