// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.Status;
import dev.fram.api.traffic.ClientPath;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What it says of a cutover that it has seen whole, and of one that it has not. */
@Timeout(30)
class ClientProbeTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final AtomicReference<ClientPath.Side> leadsTo =
      new AtomicReference<>(ClientPath.Side.SOURCE);
  private final AtomicReference<Optional<Status.Probe>> told =
      new AtomicReference<>(Optional.empty());

  @Test
  void aGapIsMeasuredFromBeforeTheFreeze() {
    try (ClientProbe probe = probe()) {
      probe.begin(LIMIT);
      leadsTo.set(ClientPath.Side.TARGET);
      assertThat(probe.arrive(LIMIT)).isEmpty();
      assertThat(told().writes()).isPositive();
      assertThat(told().longestWriteGapMillis()).isNotNegative();
      assertThat(told().longestReadGapMillis()).isNotNegative();
    }
  }

  /** The run that saw the beginning was killed: what clients have waited by then nobody knows. */
  @Test
  void whoComesAfterTheHandOverCallsNoGapShort() {
    leadsTo.set(ClientPath.Side.TARGET);
    try (ClientProbe probe = probe()) {
      assertThat(probe.arrive(LIMIT)).isEmpty();
      assertThat(told().writes()).isPositive();
      assertThat(told().longestWriteGapMillis()).isEqualTo(-1);
      assertThat(told().longestReadGapMillis()).isEqualTo(-1);
    }
  }

  private Status.Probe told() {
    return told.get().orElseThrow();
  }

  private ClientProbe probe() {
    EventBus bus = new EventBus(new StatusProjector(Clock.system()));
    bus.listen(event -> {
      if (event instanceof RunEvent.Probed probed) {
        told.set(Optional.of(probed.picture()));
      }
    });
    return new ClientProbe(Optional.of(new Path()), bus, Clock.system());
  }

  /** A path that always leads somewhere. */
  private final class Path implements ClientPath {
    @Override
    public String name() {
      return "proxy:6432/shop";
    }

    @Override
    public void prepare() {
      // There is no table to make.
    }

    @Override
    public Session connect() {
      return new Session() {
        @Override
        public void write() {
          // Taken.
        }

        @Override
        public Side read() {
          return leadsTo.get();
        }

        @Override
        public void close() {
          // Nothing is open.
        }
      };
    }
  }
}
