// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import java.io.IOException;

/** The console has answered with an error; the connection still stands. */
final class ConsoleError extends IOException {
  private static final long serialVersionUID = 1L;

  ConsoleError(String message) {
    super(message);
  }
}
