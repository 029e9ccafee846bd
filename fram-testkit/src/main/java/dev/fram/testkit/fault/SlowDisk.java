// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;

/**
 * A disk whose flushes can be made slow while a server runs: a library of a few lines that is
 * preloaded into it, and waits before each flush. Needs a C compiler ({@code cc}), so it is for
 * tests that are asked for. Any thread.
 */
public final class SlowDisk {
  private final Path library;
  private final Path sign;

  private SlowDisk(Path library, Path sign) {
    this.library = library;
    this.sign = sign;
  }

  /**
   * Builds the library.
   *
   * @param folder an empty one; the server's account must be able to read it, and is let in
   */
  public static SlowDisk in(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path source = folder.resolve("slow-disk.c");
    Path library = folder.resolve("slow-disk.so");
    try (InputStream text = SlowDisk.class.getResourceAsStream("slow-disk.c")) {
      Files.copy(Objects.requireNonNull(text), source);
    }
    Process compiler =
        new ProcessBuilder(
                "cc", "-shared", "-fPIC", "-O1", "-o", library.toString(), source.toString())
            .inheritIO()
            .start();
    try {
      if (compiler.waitFor() != 0) {
        throw new IOException("cc could not build " + source);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while building", e);
    }
    return new SlowDisk(library, folder.resolve("slow"));
  }

  /** What the server has to be started with. */
  public Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "FRAM_SLOW_DISK", sign.toString());
  }

  /** From now on each flush takes a second longer. */
  public void slow() throws IOException {
    Files.createFile(sign);
  }

  /** As before. */
  public void pass() throws IOException {
    Files.delete(sign);
  }
}
