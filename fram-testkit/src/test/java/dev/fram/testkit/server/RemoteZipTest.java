// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteZipTest {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d*)-(\\d*)");
  private static final byte[] BIG = new byte[300_000];
  private static final byte[] STORED = "stored as it is".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;
  private HttpServer server;
  private byte[] archive;
  private long sent;
  private int status = 206;

  @BeforeEach
  void serveAnArchive() throws IOException {
    new Random(1).nextBytes(BIG);
    archive = zip();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void takesOneEntryAndLittleElse() throws IOException {
    RemoteZip zip = RemoteZip.open(address());
    long directory = sent;
    Path file = folder.resolve("stored");
    zip.extract("share/stored", sha256(STORED), file, progress());
    assertThat(file).hasBinaryContent(STORED);
    assertThat(sent - directory).isLessThan(10_000);
    zip.extract("bin/big", sha256(BIG), file, progress());
    assertThat(file).hasBinaryContent(BIG);
    assertThat(zip.length("share/stored")).isEqualTo(STORED.length);
  }

  @Test
  void anotherContentIsRefused() throws IOException {
    RemoteZip zip = RemoteZip.open(address());
    assertThatThrownBy(
            () -> zip.extract("bin/big", sha256(STORED), folder.resolve("big"), progress()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("SHA-256");
  }

  @Test
  void aBrokenEntryIsRefused() throws IOException {
    int at = indexOf(archive, STORED);
    archive[at] ^= 1;
    RemoteZip zip = RemoteZip.open(address());
    byte[] broken = STORED.clone();
    broken[0] ^= 1;
    assertThatThrownBy(
            () -> zip.extract("share/stored", sha256(broken), folder.resolve("b"), progress()))
        .isInstanceOf(ServerException.class)
        .hasStackTraceContaining("CRC");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    RemoteZip zip = RemoteZip.open(address());
    assertThatThrownBy(() -> zip.length("bin/absent")).hasMessageContaining("bin/absent");
  }

  @Test
  void aRepositoryWithoutRangesIsRefused() {
    status = 200;
    assertThatThrownBy(() -> RemoteZip.open(address()))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("answered 200");
  }

  private void answer(HttpExchange exchange) throws IOException {
    Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
    assertThat(range.matches()).isTrue();
    boolean suffix = range.group(1).isEmpty();
    int last = Integer.parseInt(range.group(2));
    int from = suffix ? Math.max(0, archive.length - last) : Integer.parseInt(range.group(1));
    int to = suffix ? archive.length : Math.min(archive.length, last + 1);
    byte[] bytes = Arrays.copyOfRange(archive, from, to);
    sent += bytes.length;
    exchange.sendResponseHeaders(status, bytes.length);
    try (var body = exchange.getResponseBody()) {
      body.write(bytes);
    }
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/archive.zip");
  }

  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setComment("a comment after the directory");
      zip.putNextEntry(new ZipEntry("bin/big"));
      zip.write(BIG);
      zip.closeEntry();
      ZipEntry stored = new ZipEntry("share/stored");
      CRC32 crc = new CRC32();
      crc.update(STORED);
      stored.setMethod(ZipEntry.STORED);
      stored.setSize(STORED.length);
      stored.setCrc(crc.getValue());
      zip.putNextEntry(stored);
      zip.write(STORED);
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }

  private static int indexOf(byte[] all, byte[] part) {
    int at = 0;
    while (!Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
      at++;
    }
    return at;
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(MavenRepository.sha256().digest(bytes));
  }

  private static FetchProgress progress() {
    return new FetchProgress("test", 1);
  }
}
