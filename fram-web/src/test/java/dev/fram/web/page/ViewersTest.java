// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many browsers, and some that do not read. */
class ViewersTest {
  private static final int VIEWERS = 50;
  private static final String ASK = "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

  private final Dashboard page =
      Dashboard.open(
          new WebAddress("127.0.0.1", 0, WebAddress.Choice.THIS_PORT),
          Token.of("the-token-of-this-test"),
          new Still());
  private final Talk talk = Talk.to(page);
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    page.close();
  }

  private BufferedReader look() throws IOException {
    Socket socket = talk.open();
    sockets.add(socket);
    socket.getOutputStream().write(ASK.getBytes(US_ASCII));
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
  }

  private static void awaitPicture(BufferedReader reader, String phase) throws IOException {
    String line = reader.readLine();
    while (line != null && !line.contains("\"phase\":\"" + phase + "\"")) {
      line = reader.readLine();
    }
    assertThat(line).as("the stream ended before " + phase).isNotNull();
  }

  /** The one that never reads gets what its own buffers hold, and then nothing is kept for it. */
  @Test
  void oneThatNeverReadsHoldsUpNobody() throws IOException {
    page.show(Still.in(PhaseName.COPYING));
    try (SocketChannel dead = SocketChannel.open()) {
      dead.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
      dead.connect(new InetSocketAddress("127.0.0.1", talk.port()));
      dead.write(ByteBuffer.wrap(ASK.getBytes(US_ASCII)));
      List<BufferedReader> readers = new ArrayList<>();
      for (int i = 1; i < VIEWERS; i++) {
        readers.add(look());
      }
      for (BufferedReader reader : readers) {
        awaitPicture(reader, "COPYING");
      }
      await().until(() -> page.viewers() == VIEWERS);
      // Far more than the dead one's buffers take; the run's thread must come through all of it.
      List<String> much = List.of("a line");
      for (int i = 0; i < 20_000; i++) {
        page.show(Still.in(PhaseName.COPYING));
        page.tell(much);
      }
      page.show(Still.in(PhaseName.READY));
      for (BufferedReader reader : readers) {
        awaitPicture(reader, "READY");
      }
    }
  }

  @Test
  void oneThatReadsNothingForTooLongIsHungUpOn() throws IOException {
    try (Dashboard brief =
            Dashboard.open(
                new WebAddress("127.0.0.1", 0, WebAddress.Choice.THIS_PORT),
                Token.of("the-token-of-this-test"),
                new Still(),
                Duration.ofSeconds(2));
        SocketChannel dead = SocketChannel.open()) {
      dead.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
      dead.connect(new InetSocketAddress("127.0.0.1", Talk.to(brief).port()));
      dead.write(ByteBuffer.wrap(ASK.getBytes(US_ASCII)));
      await().until(() -> brief.viewers() == 1);
      await()
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> {
            brief.show(Still.in(PhaseName.COPYING));
            return brief.viewers() == 0;
          });
    }
  }

  @Test
  void thereIsALimit() throws IOException {
    for (int i = 0; i < Viewers.MOST; i++) {
      look();
    }
    await().until(() -> page.viewers() == Viewers.MOST);
    assertThat(talk.get("/api/events").code()).isEqualTo(503);
    sockets.removeFirst().close();
    // Who has gone is noticed when the next picture is written to it.
    await()
        .until(() -> {
          page.show(Still.in(PhaseName.COPYING));
          return page.viewers() < Viewers.MOST;
        });
  }

  @Test
  void theEndIsSaidAndHungUp() throws IOException {
    page.show(Still.in(PhaseName.COPYING));
    BufferedReader reader = look();
    awaitPicture(reader, "COPYING");
    page.show(Still.in(PhaseName.SERVING));
    page.close();
    String last = "";
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      last = line.startsWith("data:") ? line : last;
    }
    assertThat(last).contains("\"phase\":\"SERVING\"").contains("\"ended\":true");
  }
}
