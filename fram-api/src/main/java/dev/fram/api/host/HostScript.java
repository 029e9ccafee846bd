// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.host;

import dev.fram.api.model.Secret;
import java.util.List;

/**
 * A script for a POSIX shell.
 *
 * @param doing for messages: {@code fetching the base backup}
 * @param text its text; seen by everybody on that machine
 * @param arguments {@code $1} and what follows; seen by everybody on that machine, too
 * @param secrets what the script reads, a line each, before anything else of its standard input.
 *     That stays open until the script ends: its end means that Fram has gone
 */
public record HostScript(String doing, String text, List<String> arguments, List<Secret> secrets) {
  public HostScript {
    arguments = List.copyOf(arguments);
    secrets = List.copyOf(secrets);
  }

  /** Without secrets. */
  public static HostScript of(String doing, String text, List<String> arguments) {
    return new HostScript(doing, text, arguments, List.of());
  }
}
