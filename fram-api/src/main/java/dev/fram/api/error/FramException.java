// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.error;

import org.jspecify.annotations.Nullable;

/**
 * The one exception that crosses module boundaries: a code, what was seen (server name, numbers,
 * units) and what to do about it. Never holds a cell value or a secret: it ends up in logs and
 * reports.
 */
public final class FramException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String seen;
  private final String remedy;

  public FramException(ErrorCode code, String seen, String remedy, @Nullable Throwable cause) {
    super(seen, cause);
    this.code = code;
    this.seen = seen;
    this.remedy = remedy;
  }

  public FramException(ErrorCode code, String seen, String remedy) {
    this(code, seen, remedy, null);
  }

  public ErrorCode code() {
    return code;
  }

  public ErrorCategory category() {
    return code.category();
  }

  /** What was seen and what to do, as one text. */
  @Override
  public String getMessage() {
    return remedy.isEmpty() ? seen : seen + " " + remedy;
  }

  /** What was seen, one sentence, with the server's name and numbers. */
  public String seen() {
    return seen;
  }

  /** What to do, one sentence; empty when there is nothing to do but read on. */
  public String remedy() {
    return remedy;
  }
}
