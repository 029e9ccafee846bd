// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

/**
 * A server or tool could not be fetched, started or stopped. The message says what was seen, with
 * the end of the server's own log, and what to do.
 */
public final class ServerException extends RuntimeException {
  public ServerException(String message) {
    super(message);
  }

  public ServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
