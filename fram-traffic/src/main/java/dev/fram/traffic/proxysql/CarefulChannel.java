// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import com.github.shyiko.mysql.binlog.network.protocol.PacketChannel;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The library would answer whoever asks for the password itself ({@code mysql_clear_password}), and
 * nothing is encrypted here. Owned by one thread.
 */
final class CarefulChannel extends PacketChannel {
  private static final int SWITCH_AUTHENTICATION = 0xFE;
  private static final byte[] CLEAR = "mysql_clear_password".getBytes(StandardCharsets.US_ASCII);

  private boolean loggedIn;

  CarefulChannel(Socket socket) throws IOException {
    super(socket);
  }

  @Override
  public void authenticationComplete() {
    loggedIn = true;
    super.authenticationComplete();
  }

  @Override
  public byte[] read() throws IOException {
    byte[] packet = super.read();
    if (!loggedIn && asksForThePassword(packet)) {
      throw new IOException("it asks for the password in the clear, and does not get it");
    }
    return packet;
  }

  private static boolean asksForThePassword(byte[] packet) {
    if (packet.length <= CLEAR.length || (packet[0] & 0xff) != SWITCH_AUTHENTICATION) {
      return false;
    }
    for (int i = 0; i < CLEAR.length; i++) {
      if (packet[i + 1] != CLEAR[i]) {
        return false;
      }
    }
    return true;
  }
}
