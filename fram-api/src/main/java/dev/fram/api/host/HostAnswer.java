// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.host;

import java.util.List;

/**
 * What a script has answered.
 *
 * @param exit its exit code; 127 and 126 as the shell has them
 * @param output its standard output by lines, the last thousand of them
 * @param errors the end of its standard error output, for people
 */
public record HostAnswer(int exit, List<String> output, String errors) {
  public HostAnswer {
    output = List.copyOf(output);
  }

  public boolean done() {
    return exit == 0;
  }
}
