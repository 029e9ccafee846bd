// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.browser;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Looks at a file's page with Chromium: one process for each look. Any thread. */
public final class PageLook {
  private final ChromiumProgram program;
  private final Path scratch;

  /**
   * @param scratch a folder for its profile
   */
  public PageLook(ChromiumProgram program, Path scratch) {
    this.program = program;
    this.scratch = scratch;
  }

  /** What the page is told of the reader's wishes. */
  public enum Scheme {
    DARK("0"),
    LIGHT("1");

    private final String setting;

    Scheme(String setting) {
      this.setting = setting;
    }
  }

  /**
   * A picture of the page's upper part.
   *
   * @param size width and height, in pixels
   */
  public void screenshot(Path page, List<Integer> size, Scheme scheme, Path png)
      throws IOException {
    look(
        page,
        "--screenshot=" + png,
        "--hide-scrollbars",
        "--window-size=" + size.get(0) + "," + size.get(1),
        "--blink-settings=preferredColorScheme=" + scheme.setting);
  }

  /** The page as the browser has understood it. */
  public String dumpDom(Path page) throws IOException {
    return look(page, "--dump-dom");
  }

  private String look(Path page, String... wishes) throws IOException {
    ProcessBuilder builder = program.start(scratch.resolve("profile"), List.of(wishes));
    builder.command().add(page.toUri().toString());
    Path said = scratch.resolve("said");
    Path complaints = scratch.resolve("complaints");
    Process process =
        builder.redirectOutput(said.toFile()).redirectError(complaints.toFile()).start();
    try {
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IOException(
            "the browser ended with " + exit + ": " + Files.readString(complaints));
      }
      return Files.readString(said, StandardCharsets.UTF_8);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
