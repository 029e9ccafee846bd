// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import java.io.IOException;
import java.io.InputStream;
import org.apache.sshd.client.channel.ChannelDirectTcpip;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.channel.ChannelPipedSink;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.util.net.SshdSocketAddress;

/**
 * One connection through a jump host. The library's own does not tell its reader that the other
 * side has ended before both have: whoever waits for a server that has closed the connection would
 * wait for ever.
 */
final class Passage extends ChannelDirectTcpip {
  private static final SshdSocketAddress FROM = new SshdSocketAddress("127.0.0.1", 0);

  private Passage(SshdSocketAddress to) {
    super(FROM, to);
  }

  /** Not open yet. */
  static Passage in(ClientSession session, String host, int port) throws IOException {
    Passage passage = new Passage(new SshdSocketAddress(host, port));
    session.getService(ConnectionService.class).registerChannel(passage);
    return passage;
  }

  @Override
  public void handleEof() throws IOException {
    super.handleEof();
    InputStream reader = getInvertedOut();
    if (reader instanceof ChannelPipedSink sink) {
      sink.eof();
    }
  }
}
