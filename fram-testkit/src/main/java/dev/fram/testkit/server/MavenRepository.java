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
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Maven Central, or the mirror that {@code FRAM_MAVEN_REPOSITORY} names: whole files and ranges of
 * them. Each fetch is tried again after a fault of the network. Any thread.
 */
final class MavenRepository {
  private static final String CENTRAL = "https://repo.maven.apache.org/maven2";
  private static final int TRIES = 3;
  private static final int OK = 200;
  private static final int PARTIAL = 206;

  private MavenRepository() {}

  /** What is done with the bytes of an answer; called again from the start when it failed. */
  @FunctionalInterface
  interface Reader<T> {
    T read(InputStream body, long length) throws IOException;
  }

  static URI address(String path) {
    String own = System.getenv("FRAM_MAVEN_REPOSITORY");
    String base = own == null || own.isBlank() ? CENTRAL : own.replaceAll("/+$", "");
    return URI.create(base + "/" + path);
  }

  /** Fetches a whole file; a status other than 200 is final. */
  static void fetch(URI from, Path to) throws IOException {
    get(
        from,
        HttpRequest.newBuilder(from),
        OK,
        (body, length) -> {
          FetchProgress progress =
              new FetchProgress(Path.of(from.getPath()).getFileName().toString(), length);
          return Files.copy(progress.counting(body), to, StandardCopyOption.REPLACE_EXISTING);
        });
  }

  /** Fetches {@code bytes=RANGE} (RFC 9110, 14.1.2); a repository without ranges is refused. */
  static <T> T range(URI from, String range, Reader<T> reader) throws IOException {
    return get(
        from, HttpRequest.newBuilder(from).header("Range", "bytes=" + range), PARTIAL, reader);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String sha256(Path file) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        DigestInputStream digested = new DigestInputStream(bytes, sha256())) {
      digested.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digested.getMessageDigest().digest());
    }
  }

  private static <T> T get(URI from, HttpRequest.Builder request, int wanted, Reader<T> reader)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      try (HttpClient client = client()) {
        HttpResponse<InputStream> answer =
            client.send(
                request.timeout(Duration.ofMinutes(5)).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
          if (answer.statusCode() != wanted) {
            throw refused(from, answer.statusCode(), wanted);
          }
          return reader.read(body, answer.headers().firstValueAsLong("content-length").orElse(0));
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while fetching " + from, stopped);
      } catch (IOException fault) {
        if (attempt == TRIES) {
          throw unreachable(from, fault);
        }
      }
    }
  }

  private static ServerException refused(URI from, int status, int wanted) {
    return new ServerException(
        from
            + " answered "
            + status
            + ", expected "
            + wanted
            + ". Set FRAM_MAVEN_REPOSITORY to a repository that has it.");
  }

  private static ServerException unreachable(URI from, IOException fault) {
    return new ServerException(
        from
            + " could not be fetched in "
            + TRIES
            + " tries. Check the network, or set FRAM_MAVEN_REPOSITORY to a mirror.",
        fault);
  }

  private static HttpClient client() {
    return HttpClient.newBuilder()
        .followRedirects(HttpClient.Redirect.NORMAL)
        .connectTimeout(Duration.ofSeconds(20))
        .proxy(ProxySelector.getDefault())
        .build();
  }
}
