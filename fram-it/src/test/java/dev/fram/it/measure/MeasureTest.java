// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.probe.Disk;
import dev.fram.api.probe.TargetProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.probe.DiskVerdict;
import dev.fram.core.probe.Forecast.Bottleneck;
import dev.fram.core.probe.Forecast.Verdict;
import dev.fram.core.probe.MeasureJson;
import dev.fram.core.probe.MeasureSettings;
import dev.fram.core.probe.Measurement;
import dev.fram.core.probe.Measuring;
import dev.fram.core.probe.Rate;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On every product: it measures, leaves nothing behind, and never writes to the source. */
@Timeout(300)
class MeasureTest {
  private static final long LIMIT = 2_000_000;

  @AfterAll
  static void stop() {
    ServerPair.closeAll();
  }

  @ParameterizedTest
  @EnumSource(ServerPair.Product.class)
  void measuresEverythingAndLeavesNothing(ServerPair.Product product) throws Exception {
    ServerPair pair = ServerPair.of(product);
    pair.load();
    leaveAScratchTable(pair);
    String before = pair.written(pair.source());

    Measurement found = measure(pair, pair.target(), new StopSignal(), Optional.empty());

    assertThat(pair.schemas(pair.target())).doesNotContain("fram");
    assertThat(pair.schemas(pair.source())).doesNotContain("fram");
    assertThat(pair.written(pair.source())).isEqualTo(before);
    assertThat(found.source().read()).isPresent();
    assertThat(found.source().samples()).anyMatch(sample -> sample.rows() > 0);
    assertThat(found.source().indexBytes()).isPresent();
    assertThat(found.source().change().rowsPerSecond()).isPresent();
    assertThat(found.target().commit().samples()).isPositive();
    assertThat(found.target().load().bytes()).isPositive();
    assertThat(found.target().index().bytes()).isPositive();
    assertThat(found.target().updatesPerSecond()).isPositive();
    assertThat(found.forecast().copy()).isPresent();
    assertThat(found.forecast().copy().get().lowMillis())
        .isLessThanOrEqualTo(found.forecast().copy().get().highMillis());
    assertThat(found.forecast().index()).isPresent();
    assertThat(found.comparison().orElseThrow().source().bytes()).isPositive();
    assertThat(found.comparison().orElseThrow().target().bytes()).isPositive();
    assertThat(found.forecast().freeze().orElseThrow().lowMillis()).isPositive();
    for (Disk disk : List.of(found.source().disk(), found.target().room())) {
      if (product == ServerPair.Product.MARIADB) {
        assertThat(disk.freeBytes()).isEmpty();
        assertThat(disk.seen()).contains("plug-in DISKS");
      } else {
        assertThat(disk.seen()).isEqualTo("the data directory is on this machine");
        assertThat(disk.freeBytes().orElseThrow()).isLessThan(disk.totalBytes().orElseThrow());
      }
    }
    assertThat(found.forecast().verify().orElseThrow().highMillis()).isPositive();
    assertThat(found.forecast().keepsUp()).isEqualTo(Verdict.YES);
    assertThat(MeasureJson.write(found)).contains("\"p99_millis\"").contains("\"source_link\"");
    // These servers do not force their log to the disk, and say so: nothing is guessed from that.
    assertThat(found.target().sequential().rate()).isEmpty();
    assertThat(found.target().sequential().seen()).contains("does not force");
    assertThat(found.target().disk().like()).isEqualTo(DiskVerdict.Kind.UNKNOWN);
  }

  @ParameterizedTest
  @EnumSource(ServerPair.Product.class)
  void saysWhatTheDiskTakesWhereTheLogIsForced(ServerPair.Product product) throws Exception {
    ServerPair pair = ServerPair.of(product);
    pair.load();
    pair.forceTargetLog(true);
    try {
      Measurement found = measure(pair, pair.target(), new StopSignal(), Optional.empty());
      Rate rate = found.target().sequential().rate().orElseThrow();
      // Two pieces of at least a mebibyte, the first of which does not count; 4 MiB are allowed.
      assertThat(rate.bytes()).isBetween(900_000L, 8_000_000L);
      assertThat(rate.bytesPerSecond()).isPositive();
      assertThat(MeasureJson.write(found)).contains("\"sequential\":{\"rate\":{\"bytes\"");
    } finally {
      pair.forceTargetLog(false);
    }
    assertThat(pair.schemas(pair.target())).doesNotContain("fram");
  }

  @ParameterizedTest
  @EnumSource(ServerPair.Product.class)
  void namesANarrowWayToTheTarget(ServerPair.Product product) throws Exception {
    ServerPair pair = ServerPair.of(product);
    pair.load();
    try (TcpProxy proxy = TcpProxy.to(pair.target().host(), pair.target().port())) {
      proxy.pace(Flow.REQUESTS, LIMIT);
      Measurement found =
          measure(pair, proxy.through(pair.target()), new StopSignal(), Optional.empty());
      assertThat(found.forecast().bottleneck()).isEqualTo(Bottleneck.TARGET_NETWORK);
      assertThat(found.targetLink().sent().bytesPerSecond()).isLessThan(1.2 * LIMIT);
    }
    assertThat(pair.schemas(pair.target())).doesNotContain("fram");
  }

  @ParameterizedTest
  @EnumSource(ServerPair.Product.class)
  void stoppedInTheMiddleItLeavesNothing(ServerPair.Product product) throws Exception {
    ServerPair pair = ServerPair.of(product);
    pair.load();
    StopSignal signal = new StopSignal();
    assertThatThrownBy(() -> measure(pair, pair.target(), signal, Optional.of("writing")))
        .isInstanceOf(Stopped.class);
    assertThat(pair.schemas(pair.target())).doesNotContain("fram");
  }

  /** What a run that was killed leaves. */
  private static void leaveAScratchTable(ServerPair pair) throws SQLException {
    try (Route route = open(pair, pair.target());
        TargetProbe probe = route.targetProbe()) {
      probe.create();
      assertThat(pair.schemas(pair.target())).contains("fram");
    }
  }

  /** Stops when it says that it does something that begins so. */
  private static Measurement measure(
      ServerPair pair, Endpoint target, StopSignal signal, Optional<String> stopAt) {
    try (Route route = open(pair, target)) {
      MeasureSettings settings =
          new MeasureSettings(
              Duration.ofMillis(900), Optional.empty(), 4L << 20, 2L << 20, 2, 2, 1);
      Measuring measuring = new Measuring(route, settings, Clock.system(), new SplittableRandom(1));
      assertThat(measuring.intentions())
          .hasSize(3)
          .anyMatch(
              said -> said.contains("up to 4.2 MB more that are written for the disk's sake"));
      return measuring.run(
          signal,
          step -> {
            if (stopAt.filter(step::startsWith).isPresent()) {
              signal.raise();
            }
          });
    }
  }

  private static Route open(ServerPair pair, Endpoint target) {
    Engine engine = pair.engine();
    return engine.open(
        new RouteRequest(pair.source(), target, new Scope(List.of(), List.of()), Set.of()));
  }
}
