// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Debian's headless Chromium, taken from this machine's package mirror into the cache with its
 * libraries and a font; nothing is installed. Looks at pages: one process for each look. Any
 * thread.
 */
public final class ChromiumBrowser {
  private static final Logger LOG = LoggerFactory.getLogger(ChromiumBrowser.class);
  private static final String NAME = "chromium-headless-shell";
  private static final List<String> MORE = List.of("chromium-common", "fonts-dejavu-core");

  private final Path home;
  private final Path scratch;

  private ChromiumBrowser(Path home, Path scratch) {
    this.home = home;
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
   * Empty, with a line in the log that says why, when it cannot be had here.
   *
   * @param scratch a folder for its profile
   */
  public static Optional<ChromiumBrowser> find(Path scratch) {
    try {
      Path cache = CacheFolder.shared(ServerAccount.choose());
      Path home = cache.resolve(NAME);
      CacheFolder.locked(
          cache,
          NAME,
          () -> {
            if (!Files.exists(home)) {
              fetch(cache, home);
            }
            return home;
          });
      return Files.exists(home)
          ? Optional.of(new ChromiumBrowser(home, scratch))
          : Optional.empty();
    } catch (IOException e) {
      LOG.warn("no browser: {} could not be fetched ({})", NAME, e.getMessage());
      return Optional.empty();
    }
  }

  private static void fetch(Path cache, Path home) throws IOException {
    LOG.info("fetching {} from this machine's own package mirror (about 100 MB)", NAME);
    Optional<Path> found =
        AptClient.ask(
            cache,
            suite ->
                suite.names("^" + NAME + "$").contains(NAME)
                    ? Optional.of(
                        Files.move(
                            suite.unpackWithLibraries(NAME, MORE),
                            home,
                            StandardCopyOption.ATOMIC_MOVE))
                    : Optional.empty());
    if (found.isEmpty()) {
      LOG.warn("no browser: this machine's package mirror has no {}", NAME);
    }
  }

  /** A picture of the page's upper part. */
  public void screenshot(Path page, List<Integer> size, Scheme scheme, Path png)
      throws IOException {
    look(
        page,
        List.of(
            "--screenshot=" + png,
            "--window-size=" + size.get(0) + "," + size.get(1),
            "--blink-settings=preferredColorScheme=" + scheme.setting));
  }

  /** The page as the browser has understood it. */
  public String dumpDom(Path page) throws IOException {
    return look(page, List.of("--dump-dom"));
  }

  /** It starts itself again for its parts, so the loader cannot stand before it. */
  private String libraries() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      return all.filter(Files::isDirectory)
          .map(Path::toString)
          .filter(path -> path.endsWith("-linux-gnu") || path.endsWith("/pulseaudio"))
          .collect(Collectors.joining(":"));
    }
  }

  private String look(Path page, List<String> wishes) throws IOException {
    Path fonts = Files.createDirectories(scratch.resolve("fonts"));
    Path configuration =
        Files.writeString(
            fonts.resolve("fonts.conf"),
            "<?xml version=\"1.0\"?><fontconfig><dir>"
                + home.resolve("usr/share/fonts")
                + "</dir><cachedir>"
                + fonts.resolve("cache")
                + "</cachedir></fontconfig>");
    List<String> words = new ArrayList<>();
    words.add(home.resolve("usr/lib/chromium/" + NAME).toString());
    Stream.of(
            "--headless",
            "--no-sandbox",
            "--no-zygote",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--log-level=3",
            "--user-data-dir=" + scratch.resolve("profile"))
        .forEach(words::add);
    words.addAll(wishes);
    words.add(page.toUri().toString());
    Command.Result result =
        new Command(
                words,
                Map.of("FONTCONFIG_FILE", configuration.toString(), "LD_LIBRARY_PATH", libraries()))
            .runIn(scratch);
    if (result.exit() != 0) {
      throw new IOException(NAME + " ended with " + result.exit() + ": " + result.output());
    }
    return result.output();
  }
}
