// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.browser;

import dev.fram.testkit.server.AptClient;
import dev.fram.testkit.server.CacheFolder;
import dev.fram.testkit.server.ServerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Debian's headless Chromium, taken from the machine's mirror into the cache with its libraries
 * (about 170 MB). It runs with the machine's own libc: it starts itself again by the path in /proc,
 * which a loader of its own would break. Any thread, any process.
 */
public final class ChromiumProgram {
  private static final Logger LOG = LoggerFactory.getLogger(ChromiumProgram.class);
  private static final String PACKAGE = "chromium-headless-shell";
  private static final String BINARY = "usr/lib/chromium/chromium-headless-shell";
  private static final List<String> BESIDE =
      List.of(PACKAGE, "chromium-common", "fonts-dejavu-core", "fontconfig-config");
  private static final List<String> MACHINES_OWN = List.of("libc6", "libgcc-s1");

  private final Path home;

  private ChromiumProgram(Path home) {
    this.home = home;
  }

  /**
   * @throws ServerException when it cannot be had; the message says why
   */
  public static ChromiumProgram fetched() {
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
      return new ChromiumProgram(home);
    } catch (IOException e) {
      throw new ServerException(PACKAGE + " could not be fetched: " + e.getMessage(), e);
    }
  }

  private static void fetch(Path cache, Path home) throws IOException {
    LOG.info("fetching {} from this machine's own package mirror", PACKAGE);
    Optional<Path> found =
        AptClient.ask(
            cache,
            suite -> {
              if (!suite.names("^" + PACKAGE + "$").contains(PACKAGE)) {
                return Optional.empty();
              }
              List<String> packages =
                  Stream.concat(BESIDE.stream(), suite.libraries(PACKAGE).stream())
                      .filter(name -> !MACHINES_OWN.contains(name))
                      .distinct()
                      .toList();
              return Optional.of(
                  Files.move(suite.unpack(packages), home, StandardCopyOption.ATOMIC_MOVE));
            });
    if (found.isEmpty()) {
      throw new IOException("this machine's package mirror has none (Debian has)");
    }
  }

  /**
   * Ready to start, with the protocol of its developer tools on a free port that it writes into a
   * file of its profile.
   */
  public ProcessBuilder browser(Path profile) throws IOException {
    ProcessBuilder builder = start(profile, List.of("--remote-debugging-port=0"));
    builder.command().add("about:blank");
    return builder;
  }

  /** Ready to start with these words too; a page's address may follow. */
  ProcessBuilder start(Path profile, List<String> words) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(home.resolve(BINARY).toString());
    all.addAll(
        List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--user-data-dir=" + profile));
    all.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.environment().put("LD_LIBRARY_PATH", libraries());
    builder.environment().put("FONTCONFIG_SYSROOT", home.toString());
    builder.environment().put("FONTCONFIG_PATH", home.resolve("etc/fonts").toString());
    builder.environment().put("HOME", profile.toString());
    return builder;
  }

  private String libraries() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isDirectory)
          .map(Path::toString)
          .filter(path -> path.endsWith("-linux-gnu") || path.endsWith("/pulseaudio"))
          .collect(Collectors.joining(":"));
    }
  }
}
