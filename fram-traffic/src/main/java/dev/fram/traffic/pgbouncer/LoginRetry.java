// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long PgBouncer leaves a server alone that did not take a connection ({@code
 * server_login_retry}, 15 s). PAUSE ends a connection that is just being made, and PgBouncer takes
 * that for such a server: after RESUME all its clients would wait that long (seen with 1.18). So
 * the time is short while they go on, and then what it was. Owned by one thread.
 */
final class LoginRetry {
  private static final Logger LOG = LoggerFactory.getLogger(LoginRetry.class);
  private static final String NAME = "server_login_retry";
  private static final String SHORT_SECONDS = "0.1";
  private static final Duration LIMIT = Duration.ofSeconds(3);

  private final Console console;
  private final List<String> databases;
  private final Optional<String> before;

  private LoginRetry(Console console, List<String> databases, Optional<String> before) {
    this.console = console;
    this.databases = databases;
    this.before = before;
  }

  /** Makes it short. Where that is refused, clients may have to wait, and nothing else is lost. */
  static LoginRetry shortened(Console console, List<String> databases) throws IOException {
    Optional<String> before =
        console.ask("SHOW CONFIG").stream()
            .filter(row -> NAME.equals(row.get("key")))
            .map(row -> row.getOrDefault("value", ""))
            .findFirst();
    if (before.isEmpty()) {
      return new LoginRetry(console, databases, before);
    }
    try {
      console.ask("SET " + NAME + " = '" + SHORT_SECONDS + "'");
      return new LoginRetry(console, databases, before);
    } catch (ConsoleError e) {
      LOG.debug("{} stays {}: {}", NAME, before.get(), e.getMessage());
      return new LoginRetry(console, databases, Optional.empty());
    }
  }

  /** Waits until no client waits for a server, and makes it what it was. */
  void restore() {
    if (before.isEmpty()) {
      return;
    }
    try {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (anybodyWaits() && System.nanoTime() < deadline) {
        LockSupport.parkNanos(10_000_000);
      }
      console.ask("SET " + NAME + " = '" + before.get() + "'");
    } catch (IOException e) {
      LOG.warn(
          "PgBouncer's {} is {} until its next RELOAD: {}", NAME, SHORT_SECONDS, e.getMessage());
    }
  }

  private boolean anybodyWaits() throws IOException {
    for (Map<String, String> pool : console.ask("SHOW POOLS")) {
      if (databases.contains(pool.get("database")) && !"0".equals(pool.get("cl_waiting"))) {
        return true;
      }
    }
    return false;
  }
}
