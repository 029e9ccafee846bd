// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private long nanos;

  private final Clock clock =
      new Clock() {
        @Override
        public long nanos() {
          return nanos;
        }

        @Override
        public long millis() {
          return nanos / 1_000_000;
        }
      };

  @Test
  void aWeekTakesNoMoreRoomThanAnHourAndKeepsItsBeginning() {
    History history = new History();
    StatusProjector projector = new StatusProjector(clock);
    projector.on(new RunEvent.BacklogMeasured(7, 0, 5));
    int points = 0;
    for (int second = 0; second < 100_000; second++) {
      nanos += Duration.ofSeconds(1).toNanos();
      history.take(projector.picture());
      points = Math.max(points, history.json().size());
    }
    ArrayNode kept = history.json();
    assertThat(points).isLessThanOrEqualTo(History.MOST);
    assertThat(kept.size()).isGreaterThan(History.MOST / 4);
    assertThat(kept.get(0).get(0).asLong()).isEqualTo(1000);
    long last = kept.get(kept.size() - 1).get(0).asLong();
    assertThat(last).isGreaterThan(99_000_000 - 1_000_000);
    assertThat(kept.get(1).get(3).asLong()).isEqualTo(5);
    assertThat(kept.get(1).get(4).asLong()).isEqualTo(7);
  }
}
