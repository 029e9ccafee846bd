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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy of this machine's distribution, taken from its mirror into the cache with all of its
 * libraries; apt verifies what it loads against the mirror's signed list of SHA-256 sums. Nothing
 * is installed. Any thread, any process.
 */
public enum ProxyProgram {
  PGBOUNCER("usr/sbin/pgbouncer", "pgbouncer"),
  HAPROXY("usr/sbin/haproxy", "haproxy"),
  NGINX("usr/sbin/nginx", "nginx"),
  /** The client's package has what makes keys and keeps them. */
  SSHD("usr/sbin/sshd", "openssh-server", "openssh-client");

  private static final Logger LOG = LoggerFactory.getLogger(ProxyProgram.class);

  private final String binary;
  private final List<String> packages;

  ProxyProgram(String binary, String... packages) {
    this.binary = binary;
    this.packages = List.of(packages);
  }

  /** The program's name. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What stands before its arguments on a command line.
   *
   * @throws ServerException when it cannot be had; the message says how to get it
   */
  List<String> words(ServerAccount account) {
    return Stream.concat(account.prefix().stream(), words(account, binary).stream()).toList();
  }

  /** The same of another program of its packages, as this process's own user. */
  List<String> words(ServerAccount account, String program) {
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
      List<String> words = new ArrayList<>(new UnpackedPackages(home).launcher());
      words.add(home.resolve(program).toString());
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
                suite.names("^" + packages.getFirst() + "$").contains(packages.getFirst())
                    ? Optional.of(Files.move(unpacked(suite), home, StandardCopyOption.ATOMIC_MOVE))
                    : Optional.empty());
    if (found.isEmpty()) {
      throw new ServerException(missing("its package mirror has none"));
    }
  }

  private Path unpacked(AptClient suite) throws IOException {
    return suite.unpack(
        Stream.concat(packages.stream(), suite.libraries(packages.getFirst()).stream()).toList());
  }

  private String missing(@Nullable String why) {
    return packages.getFirst()
        + " could not be fetched ("
        + why
        + "). It is a package of Debian and Ubuntu.";
  }
}
