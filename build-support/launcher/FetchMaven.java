// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Fetches the Maven that {@code .mvn/wrapper/maven-wrapper.properties} pins and prints its folder.
 *
 * <p>The wrapper's own script needs curl or wget, sha256sum, and unzip: without unzip it takes the tar.gz instead, which the
 * pinned checksum of the zip then refuses. The JDK that Fram needs anyway can do all of it, so this works on a bare machine. The
 * folder is the one the wrapper uses ({@code ~/.m2/wrapper/dists/NAME/HASH}), so an IDE or a mvnw finds it there.
 *
 * <p>Started from its source by {@code ./fram}: {@code java FetchMaven.java maven-wrapper.properties}.
 */
final class FetchMaven {
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int ATTEMPTS = 3;

  public static void main(String[] args) throws Exception {
    Properties pin = new Properties();
    try (InputStream in = Files.newInputStream(Path.of(args[0]))) {
      pin.load(in);
    }
    String url = pin.getProperty("distributionUrl").strip();
    String sha256 = pin.getProperty("distributionSha256Sum").strip();
    Path home = homeFor(url);
    if (!Files.isRegularFile(home.resolve("bin/mvn"))) {
      try {
        install(mirrored(url), sha256, home);
      } catch (IOException e) {
        System.err.println("fram: cannot get Maven from " + mirrored(url) + ": " + e);
        System.err.println("fram: put Maven 3.8.7 or newer on the PATH, or name a mirror of Maven Central in MVNW_REPOURL.");
        System.exit(3);
      }
    }
    System.out.println(home);
  }

  /** The wrapper's naming rule, so that both share one copy. */
  private static Path homeFor(String url) {
    String file = url.substring(url.lastIndexOf('/') + 1);
    String name = file.replaceFirst("\\.[^.]*$", "").replaceFirst("-bin$", "");
    String userHome = System.getenv().getOrDefault("MAVEN_USER_HOME", System.getenv().getOrDefault("HOME", System.getProperty("user.home")) + "/.m2");
    return Path.of(userHome, "wrapper", "dists", name, Integer.toHexString(url.hashCode()));
  }

  private static String mirrored(String url) {
    String mirror = System.getenv("MVNW_REPOURL");
    return mirror == null || mirror.isBlank() ? url : mirror + url.substring(url.indexOf("/org/apache/maven/"));
  }

  private static void install(String url, String sha256, Path home) throws Exception {
    Files.createDirectories(home.getParent());
    Path work = Files.createTempDirectory(home.getParent(), "fetch");
    try {
      Path zip = work.resolve("maven.zip");
      String seen = download(url, zip);
      if (!seen.equals(sha256)) {
        throw new IOException("its SHA-256 is " + seen + ", expected " + sha256);
      }
      Path unpacked = unzip(zip, work.resolve("out"));
      try {
        Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        throw e;
      } catch (IOException e) {
        // Another ./fram was quicker: its copy passed the same checksum.
        if (!Files.isRegularFile(home.resolve("bin/mvn"))) {
          throw e;
        }
      }
    } finally {
      deleteTree(work);
    }
  }

  private static String download(String url, Path file) throws Exception {
    IOException last = null;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try {
        URLConnection connection = URI.create(url).toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        try (InputStream in = new DigestInputStream(connection.getInputStream(), digest)) {
          Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return HexFormat.of().formatHex(digest.digest());
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  /** Unpacks and returns the archive's one top folder. */
  private static Path unzip(Path zip, Path into) throws IOException {
    Files.createDirectories(into);
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path path = into.resolve(entry.getName()).normalize();
        if (!path.startsWith(into)) {
          throw new IOException("the archive names a file outside itself: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          Files.createDirectories(path.getParent());
          Files.copy(in, path);
          if (path.getParent().endsWith("bin")) {
            path.toFile().setExecutable(true, false);
          }
        }
      }
    }
    try (Stream<Path> top = Files.list(into)) {
      return top.findFirst().orElseThrow(() -> new IOException("the archive is empty"));
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private FetchMaven() {}
}
