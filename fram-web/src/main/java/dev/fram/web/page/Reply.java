// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.util.List;

/**
 * What came of something that was asked for.
 *
 * @param exitCode 0 when it was done
 * @param message one or two sentences
 * @param details more lines, for a dry run one a step
 */
public record Reply(int exitCode, String message, List<String> details) {
  public Reply {
    details = List.copyOf(details);
  }
}
