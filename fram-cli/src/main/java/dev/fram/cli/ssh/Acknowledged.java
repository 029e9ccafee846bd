// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import java.io.IOException;
import java.nio.channels.AsynchronousSocketChannel;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import org.apache.sshd.common.io.nio2.Nio2Session;
import org.apache.sshd.common.session.Session;

/**
 * Acknowledges at once what has come. OpenSSH's server leaves Nagle's algorithm on for a connection
 * that only carries tunnels: the last piece of an answer of several packets is sent when those
 * before it are acknowledged, which Linux puts off by 40 ms (RFC 1122, 4.2.3.2 and 4.2.3.4). The
 * option (tcp(7), TCP_QUICKACK) does not last, so it is set again whenever something has come.
 *
 * @param socket of the SSH connection; empty where the system has no such option
 */
record Acknowledged(Optional<AsynchronousSocketChannel> socket) {

  /** Never fails: without it answers are slower. */
  static Acknowledged of(Session session) {
    return new Acknowledged(
        Optional.of(session.getIoSession())
            .filter(Nio2Session.class::isInstance)
            .map(io -> ((Nio2Session) io).getSocket())
            .filter(one -> one.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK)));
  }

  void now() {
    socket.ifPresent(one -> {
      try {
        one.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
      } catch (IOException e) {
        // It is closed: whoever reads from it will see that.
      }
    });
  }
}
