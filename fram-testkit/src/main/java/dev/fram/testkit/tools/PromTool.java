// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.tools;

import dev.fram.testkit.server.AptClient;
import dev.fram.testkit.server.CacheFolder;
import dev.fram.testkit.server.ServerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Prometheus' own checker, from Debian's package (19 MB), in the cache. It needs no library but
 * libc. Any thread, any process.
 */
public final class PromTool {
  private static final String PACKAGE = "prometheus";

  private PromTool() {}

  /**
   * The program.
   *
   * @throws ServerException when it cannot be had; the message says why
   */
  public static Path program() {
    try {
      Path cache = CacheFolder.personal();
      Path home = cache.resolve(PACKAGE);
      CacheFolder.locked(
          cache,
          PACKAGE,
          () -> {
            if (!Files.exists(home)) {
              fetch(cache, home);
            }
            return home;
          });
      return home.resolve("usr/bin/promtool");
    } catch (IOException e) {
      throw new ServerException("promtool could not be fetched: " + e.getMessage(), e);
    }
  }

  private static void fetch(Path cache, Path home) throws IOException {
    Optional<Path> found =
        AptClient.ask(
            cache,
            suite ->
                suite.names("^" + PACKAGE + "$").contains(PACKAGE)
                    ? Optional.of(
                        Files.move(
                            suite.unpack(List.of(PACKAGE)), home, StandardCopyOption.ATOMIC_MOVE))
                    : Optional.empty());
    if (found.isEmpty()) {
      throw new IOException("this machine's package mirror has none (Debian and Ubuntu have)");
    }
  }
}
