// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy of this machine's distribution, taken from its mirror into the cache with all of its
 * libraries; apt verifies what it loads against the mirror's signed list of SHA-256 sums. Nothing
 * is installed. Any thread, any process.
 */
public enum ProxyProgram {
  PGBOUNCER("usr/sbin/pgbouncer"),
  HAPROXY("usr/sbin/haproxy"),
  NGINX("usr/sbin/nginx");

  private static final Logger LOG = LoggerFactory.getLogger(ProxyProgram.class);

  private final String binary;

  ProxyProgram(String binary) {
    this.binary = binary;
  }

  /** The package's name, and the program's. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What stands before its arguments on a command line.
   *
   * @throws ServerException when it cannot be had; the message says how to get it
   */
  List<String> words(ServerAccount account) {
    try {
      Path cache = CacheFolder.shared(account);
      Path home = cache.resolve("proxy-" + word());
      CacheFolder.locked(
          cache,
          "proxy-" + word(),
          () -> {
            if (!Files.exists(home)) {
              fetch(cache, home);
            }
            return home;
          });
      List<String> words = new ArrayList<>(account.prefix());
      words.addAll(new UnpackedPackages(home).launcher());
      words.add(home.resolve(binary).toString());
      return words;
    } catch (IOException e) {
      throw new ServerException(missing(e.getMessage()), e);
    }
  }

  private void fetch(Path cache, Path home) throws IOException {
    LOG.info("fetching {} from this machine's own package mirror", word());
    Optional<Path> found =
        AptClient.ask(
            cache,
            suite ->
                suite.names("^" + word() + "$").contains(word())
                    ? Optional.of(
                        Files.move(
                            suite.unpackWithLibraries(word()),
                            home,
                            StandardCopyOption.ATOMIC_MOVE))
                    : Optional.empty());
    if (found.isEmpty()) {
      throw new ServerException(missing("its package mirror has none"));
    }
  }

  private String missing(@Nullable String why) {
    return word() + " could not be fetched (" + why + "). It is a package of Debian and Ubuntu.";
  }
}
