// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.model.ServerInfo;
import dev.fram.api.probe.LinkProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Measures the way to one server. Owned by one thread. */
final class LinkMeter {
  private static final int ROUND_TRIPS = 2_000;

  private final MeasureSettings settings;
  private final Clock clock;
  private final StopSignal signal;

  LinkMeter(MeasureSettings settings, Clock clock, StopSignal signal) {
    this.settings = settings;
    this.clock = clock;
    this.signal = signal;
  }

  /** A link and what closes its session. */
  record Opened(LinkProbe link, Runnable close) {}

  LinkFigures measure(ServerInfo server, Supplier<Opened> open) {
    Opened own = open.get();
    Optional<LinkProbe.Tls> tls;
    Latency roundTrip;
    try {
      tls = own.link().tls();
      roundTrip =
          new Timing(clock, signal).each(settings.share(1), ROUND_TRIPS, own.link()::roundTrip);
    } finally {
      own.close().run();
    }
    return new LinkFigures(
        server.name(),
        server.product() + " " + server.version(),
        tls,
        roundTrip,
        both(open, LinkProbe::send),
        both(open, LinkProbe::receive),
        settings.jobs());
  }

  private Rate both(Supplier<Opened> open, ToLongFunction<LinkProbe> way) {
    return new Lanes(settings.jobs(), clock, signal)
        .run(settings.share(1), () -> new LinkLane(open.get(), way));
  }

  private record LinkLane(Opened opened, ToLongFunction<LinkProbe> way) implements Lanes.Lane {
    @Override
    public void ready() {
      opened.link().roundTrip();
    }

    @Override
    public long step(long endNanos) {
      return way.applyAsLong(opened.link());
    }

    @Override
    public void close() {
      opened.close().run();
    }
  }
}
