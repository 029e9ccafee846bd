// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.model.MigrationId;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.testkit.server.ProxyProgram;
import dev.fram.testkit.server.ProxyServer;
import dev.fram.traffic.socket.Place;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** A real HAProxy between sockets. */
class HaProxyTest {

  /** Between the new address and the end of the old sessions clients come back. */
  @Test
  void closesOnlySessionsThatLeadElsewhere() throws Exception {
    try (Greeter old = new Greeter('o');
        Greeter young = new Greeter('y');
        ProxyServer proxy = start(old.port());
        Socket one = through(proxy);
        Socket two = through(proxy)) {
      assertThat(List.of(one.getInputStream().read(), two.getInputStream().read()))
          .containsOnly((int) 'o');
      RuntimeApi api = new RuntimeApi(Place.parse(socket(proxy)).orElseThrow());
      api.ask("set server mysql/main addr 127.0.0.1 port " + young.port());
      try (Socket back = through(proxy)) {
        assertThat(back.getInputStream().read()).isEqualTo('y');
        assertThat(open(proxy, old, young).redirect()).isEqualTo(SwitchOutcome.done());
        assertThat(one.getInputStream().read()).isEqualTo(-1);
        assertThat(two.getInputStream().read()).isEqualTo(-1);
        back.setSoTimeout(200);
        assertThatThrownBy(back.getInputStream()::read).isInstanceOf(SocketTimeoutException.class);
      }
      assertThat(Files.readString(proxy.file("haproxy.cfg")))
          .contains("server main 127.0.0.1:" + young.port() + "\n");
    }
  }

  private static Socket through(ProxyServer proxy) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    client.setSoTimeout(10_000);
    return client;
  }

  /** A server that says one letter to whoever comes, and keeps the connection. */
  private static final class Greeter implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<Socket> guests = new ConcurrentLinkedQueue<>();

    Greeter(char letter) throws IOException {
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (true) {
                Socket guest = socket.accept();
                guests.add(guest);
                guest.getOutputStream().write(letter);
              }
            } catch (IOException e) {
              // Closed: the test is over.
            }
          });
    }

    int port() {
      return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket guest : guests) {
        guest.close();
      }
    }
  }

  private static HaProxy open(ProxyServer proxy, Greeter old, Greeter young) {
    TrafficMove move =
        new TrafficMove(
            MigrationId.random(new Random(1)),
            TrafficMove.Direction.FORWARD,
            new TrafficMove.Server(new Address("127.0.0.1", old.port()), ""),
            new TrafficMove.Server(new Address("127.0.0.1", young.port()), ""));
    return new HaProxy(
        new SwitchOptions(
            Map.of(
                "socket", List.of(socket(proxy)),
                "config", List.of(proxy.file("haproxy.cfg").toString()),
                "backend", List.of("mysql"),
                "server", List.of("main")),
            Map.of(),
            Optional.empty()),
        move);
  }

  private static String socket(ProxyServer proxy) {
    return proxy.file("admin.sock").toString();
  }

  private static ProxyServer start(int leadsTo) throws IOException {
    ProxyServer proxy = ProxyServer.of(ProxyProgram.HAPROXY);
    proxy.write(
        "haproxy.cfg",
        """
        global
          stats socket %s mode 666 level admin
        defaults
          mode tcp
          timeout connect 5s
          timeout client 1h
          timeout server 1h
        frontend shop
          bind 127.0.0.1:%d
          default_backend mysql
        backend mysql
          server main 127.0.0.1:%d
        """
            .formatted(socket(proxy), proxy.port(), leadsTo));
    return proxy.start("-f", proxy.file("haproxy.cfg").toString());
  }
}
