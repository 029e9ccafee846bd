// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the feed hears of the end of the thread that reads the wire. */
@Timeout(60)
class StreamBufferTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final StreamBuffer buffer = new StreamBuffer(1 << 20, LONG);

  private static LogEvent event(int type) {
    return new LogEvent(type, 0, 1, 0, 0, new byte[10]);
  }

  @Test
  void whatCameBeforeAFailureComesFirst() throws StreamFailure {
    buffer.connected();
    buffer.put(event(1));
    buffer.failed(new StreamFailure(StreamFailure.Kind.LOST, "gone"));
    assertThat(buffer.poll(LONG)).isPresent();
    assertThatThrownBy(() -> buffer.poll(LONG)).isInstanceOf(StreamFailure.class);
  }

  /** A row that does not fit into the heap: the feed would wait for ever. */
  @Test
  void anErrorEndsTheWaitAtOnce() {
    buffer.connected();
    buffer.put(event(1));
    Error full = new OutOfMemoryError("a test's");
    Thread.ofPlatform().start(() -> buffer.died(full));
    assertThatThrownBy(
            () -> {
              while (buffer.poll(LONG).isPresent()) {
                assertThat(buffer).isNotNull();
              }
            })
        .isSameAs(full);
    buffer.put(event(2));
    buffer.died(new OutOfMemoryError("a later one"));
    assertThatThrownBy(() -> buffer.poll(LONG)).isSameAs(full);
  }

  @Test
  void anErrorBeforeTheConnectionStandsIsTold() {
    Error full = new OutOfMemoryError("a test's");
    buffer.died(full);
    assertThatThrownBy(() -> buffer.awaitConnected(LONG)).isSameAs(full);
  }
}
