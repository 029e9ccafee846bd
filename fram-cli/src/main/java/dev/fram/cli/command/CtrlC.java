// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What happens on Ctrl-C (and on SIGTERM): the given action, then time for the command to end in
 * order. The JVM's shutdown hook is the one portable way to hear of it. Closed by the command's
 * thread when the command is over.
 */
final class CtrlC implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook;

  CtrlC(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              awaitEnd();
            },
            "ctrl-c");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void awaitEnd() {
    try {
      over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook is what brought us here.
    }
  }
}
