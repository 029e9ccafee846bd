// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.Optional;

/** The stream ended, and why as far as the wire tells. Never leaves the package. */
final class StreamFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** What a failure means to the feed. */
  enum Kind {
    /** No connection could be made. */
    UNREACHABLE,
    /** Encryption could not be agreed on. */
    TLS,
    /** The server said an error number. */
    REFUSED,
    /** The connection ended, or nothing came for too long. */
    LOST,
    /** What came could not be read. */
    UNREADABLE
  }

  private final Kind kind;
  private final int number;
  private final String state;

  StreamFailure(Kind kind, String message) {
    this(kind, message, 0, "");
  }

  StreamFailure(Kind kind, String message, int number, String state) {
    super(message);
    this.kind = kind;
    this.number = number;
    this.state = state;
  }

  StreamFailure(Kind kind, Throwable cause) {
    super(Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName()), cause);
    this.kind = kind;
    this.number = 0;
    this.state = "";
  }

  Kind kind() {
    return kind;
  }

  /** The server's error number; 0 when it said none. */
  int number() {
    return number;
  }

  String state() {
    return state;
  }

  String text() {
    return Optional.ofNullable(getMessage()).orElse("");
  }
}
