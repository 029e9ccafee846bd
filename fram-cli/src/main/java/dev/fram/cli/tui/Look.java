// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What the terminal at hand can show and the user wants to see.
 *
 * @param glyphs the signs
 * @param coloured whether to use colours
 */
public record Look(Glyphs glyphs, boolean coloured) {

  /** Obeys NO_COLOR (no-color.org) and TERM=dumb; signs beyond ASCII only where they print. */
  public static Look of(Map<String, String> variables, Charset charset) {
    boolean colours =
        variables.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(variables.getOrDefault("TERM", "dumb"));
    return new Look(
        charset.equals(StandardCharsets.UTF_8) ? Glyphs.UNICODE : Glyphs.ASCII, colours);
  }
}
