// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import java.io.IOException;

/**
 * The admin interface has answered with an error; the connection still stands. Its number says
 * nothing: ProxySQL gives 1045 to all of them.
 */
final class AdminError extends IOException {
  private static final long serialVersionUID = 1L;

  AdminError(String message) {
    super(message);
  }
}
