// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import java.io.IOException;
import org.apache.sshd.client.channel.ChannelDirectTcpip;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelListener;
import org.apache.sshd.common.channel.ChannelPipedSink;
import org.apache.sshd.common.util.net.SshdSocketAddress;

/**
 * Connections through a jump host. The library's own does not tell its reader that the other side
 * has ended before both have: whoever waits for a server that has closed the connection would wait
 * for ever. (No class of ours extends it: it would log what it does in our name.)
 */
final class Passage {
  private static final SshdSocketAddress FROM = new SshdSocketAddress("127.0.0.1", 0);

  private Passage() {}

  /** One more, open. */
  static ChannelDirectTcpip open(ClientSession session, String host, int port) throws IOException {
    ChannelDirectTcpip channel =
        session.createDirectTcpipChannel(FROM, new SshdSocketAddress(host, port));
    Acknowledged prompt = Acknowledged.of(session);
    channel.addChannelListener(
        new ChannelListener() {
          @Override
          public void channelStateChanged(Channel of, String hint) {
            // More room to send, for example: an answer may wait behind it.
            prompt.now();
            if (of.isEofSignalled() && channel.getInvertedOut() instanceof ChannelPipedSink sink) {
              sink.eof();
            }
          }
        });
    channel.open().verify(SshLink.CONNECT);
    return channel;
  }
}
