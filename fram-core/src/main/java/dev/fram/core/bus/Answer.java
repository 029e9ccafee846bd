// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.List;

/**
 * What a run answers to a command.
 *
 * @param exitCode 0 when it was done; else what the asking process exits with
 * @param code the error's code; empty when it was done
 * @param message one or two sentences
 * @param details more lines, for a dry run one a step
 */
public record Answer(int exitCode, String code, String message, List<String> details) {
  public Answer {
    details = List.copyOf(details);
  }

  public static Answer done(String message) {
    return new Answer(0, "", message, List.of());
  }

  public static Answer done(String message, List<String> details) {
    return new Answer(0, "", message, details);
  }

  public static Answer failed(FramException e) {
    return new Answer(e.category().exitCode(), e.code().name(), e.getMessage(), List.of());
  }

  public static Answer refused(ErrorCode code, String message) {
    return refused(code, message, List.of());
  }

  public static Answer refused(ErrorCode code, String message, List<String> details) {
    return new Answer(code.category().exitCode(), code.name(), message, details);
  }
}
