// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * What happens on Ctrl-C (and on SIGTERM): the given action, then time for the command to end in
 * order. The JVM's shutdown hook is the one portable way to hear of it.
 */
final class CtrlC {
  private static final int PATIENCE_SECONDS = 30;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook;

  private CtrlC(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              awaitEnd();
            },
            "ctrl-c");
  }

  /** Runs the body in the caller's thread; {@code stop} runs in another when Ctrl-C comes. */
  static int during(Runnable stop, IntSupplier body) {
    CtrlC ctrlC = new CtrlC(stop);
    Runtime.getRuntime().addShutdownHook(ctrlC.hook);
    try {
      return body.getAsInt();
    } finally {
      Logging.flush(); // the JVM may be gone a moment after the next line
      ctrlC.end();
    }
  }

  private void awaitEnd() {
    try {
      over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() {
    over.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down already: the hook is what brought us here.
    }
  }
}
