// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.testkit.server.SshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each large question and each large answer would stand still for 40 ms. */
@Timeout(60)
class AcknowledgedTest {
  @TempDir private Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void nothingWaitsForAnAcknowledgementThatIsPutOff() throws IOException {
    try (SshServer jump = SshServer.start(folder);
        ServerSocket echo = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> echo(echo));
      SshKeys keys =
          new SshKeys(
              List.of(jump.key()),
              List.of(),
              Optional.empty(),
              Optional.empty(),
              List.of(jump.knownHosts()));
      JumpHost host = JumpHost.list(jump.uri()).getFirst();
      SshLink link = new SshLink("source", host, Optional.empty(), keys, Identities.read(keys));
      try (Tunnel tunnel = Tunnel.open("source", link, "127.0.0.1", echo.getLocalPort());
          Socket socket = new Socket(tunnel.address().getAddress(), tunnel.address().getPort())) {
        for (int i = 0; i < 20; i++) {
          socket.getOutputStream().write(new byte[1_000]);
          assertThat(socket.getInputStream().readNBytes(1_000)).hasSize(1_000);
          AsynchronousSocketChannel ssh = Acknowledged.of(link.connected()).socket().orElseThrow();
          assertThat(ssh.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
          // The kernel takes it back with whatever is sent.
          assertThat(ssh.getOption(ExtendedSocketOptions.TCP_QUICKACK)).as("round %s", i).isTrue();
        }
      }
    }
  }

  private static void echo(ServerSocket at) {
    try (Socket socket = at.accept()) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
