// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.suite;

import dev.fram.testkit.server.MySqlServer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Servers that the test classes of one process share, because each start costs seconds; what is in
 * them is the tests' own affair. An idle one costs too, so that few are kept: of more than that,
 * those end that were asked for longest ago, between two classes. Registered as a JUnit extension
 * by name. Thread-safe.
 */
public final class SharedServers implements AfterAllCallback {
  private static final int KEPT = 6;
  private static final Map<String, AutoCloseable> RUNNING = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * The server of that name, started when it does not run.
   *
   * @param name of what is to be in it and which version it is
   */
  public static MySqlServer mySql(String name, Supplier<MySqlServer> start) {
    synchronized (RUNNING) {
      return (MySqlServer) RUNNING.computeIfAbsent(name, key -> start.get());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (context.getRequiredTestClass().getEnclosingClass() != null) {
      return;
    }
    synchronized (RUNNING) {
      Iterator<AutoCloseable> longestAgoFirst = RUNNING.values().iterator();
      for (int tooMany = RUNNING.size() - KEPT; tooMany > 0; tooMany--) {
        longestAgoFirst.next().close();
        longestAgoFirst.remove();
      }
    }
  }
}
