// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Speaks to a page byte by byte, as no well-behaved client would: any Host, any path, any length.
 *
 * @param port where the page listens
 */
record Talk(int port) {

  static Talk to(Dashboard page) {
    return new Talk(URI.create(page.url()).getPort());
  }

  /** An answer as it came. */
  record Heard(String text) {
    int code() {
      return text.isEmpty() ? 0 : Integer.parseInt(text.split(" ", 3)[1]);
    }

    String body() {
      return text.substring(text.indexOf("\r\n\r\n") + 4);
    }

    String header(String name) {
      return text.lines()
          .takeWhile(line -> !line.isBlank())
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .collect(Collectors.joining("; "));
    }
  }

  Socket open() throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  Heard get(String path, String... headers) throws IOException {
    return send("GET", path, "", headers);
  }

  Heard post(String path, String body, String... headers) throws IOException {
    List<String> more =
        Arrays.asList("Content-Type: application/json", "Content-Length: " + body.length());
    String[] all = Stream.concat(more.stream(), Arrays.stream(headers)).toArray(String[]::new);
    return send("POST", path, body, all);
  }

  /** A header of the caller's own named Host takes the place of the true one. */
  Heard send(String method, String path, String body, String... headers) throws IOException {
    boolean hosted = Arrays.stream(headers).anyMatch(header -> header.startsWith("Host:"));
    String head =
        method
            + " "
            + path
            + " HTTP/1.1\r\n"
            + (hosted ? "" : "Host: 127.0.0.1:" + port + "\r\n")
            + Arrays.stream(headers).map(h -> h + "\r\n").collect(Collectors.joining())
            + "\r\n";
    return raw(head + body);
  }

  Heard raw(String text) throws IOException {
    try (Socket socket = open()) {
      socket.getOutputStream().write(text.getBytes(UTF_8));
      return new Heard(new String(socket.getInputStream().readAllBytes(), UTF_8));
    }
  }
}
