// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.Target;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.lag.Contact;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who does not answer is asked whether it waits for ever; who answers is left alone. */
final class SilentTargetTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger ends = new AtomicInteger();

  private final Contact contact =
      new Contact(
          new Clock() {
            @Override
            public long millis() {
              return nanos.get() / 1_000_000;
            }

            @Override
            public long nanos() {
              return nanos.get();
            }
          });

  /** It does not let anybody in every second time. */
  private final Target target =
      (Target)
          Proxy.newProxyInstance(
              Target.class.getClassLoader(),
              new Class<?>[] {Target.class},
              (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("endEndlessWaits");
                if (ends.incrementAndGet() % 2 == 1) {
                  throw new FramException(ErrorCode.SERVER_UNREACHABLE, "It refuses.", "Wait.");
                }
                return 1;
              });

  @Test
  void isAskedAgainAndAgainWhileItIsSilent() {
    SilentTarget silent = new SilentTarget(target, contact, Duration.ofMillis(2));
    try (WorkerGroup group = new WorkerGroup(new StopSignal(), () -> {})) {
      group.start("silent", () -> silent.run(group.signal()));
      contact.asked();
      contact.answered();
      contact.asked();
      nanos.addAndGet(Duration.ofSeconds(4).toNanos());
      await().during(Duration.ofMillis(50)).until(() -> ends.get() == 0);
      nanos.addAndGet(Duration.ofSeconds(2).toNanos());
      await().until(() -> ends.get() > 3);
      contact.answered();
    }
  }
}
