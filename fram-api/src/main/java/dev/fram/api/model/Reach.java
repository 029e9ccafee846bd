// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where a server is connected to when that is not its own address: the mouth of a tunnel on this
 * machine. The server is still who it says it is: its certificate is for its own name.
 *
 * @param host the mouth's address, a literal
 * @param port the mouth's port; the same for as long as the tunnel is open
 * @param hops the machines between here and the server, in order
 */
public record Reach(String host, int port, List<Hop> hops) {
  public Reach {
    hops = List.copyOf(hops);
  }

  /** What a socket connects to. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host, port);
  }

  /**
   * A machine that passes bytes on.
   *
   * @param host its name, as the user wrote it
   * @param port its port
   * @param user the login there
   * @param address the address that this machine connected to; empty where an earlier hop did
   * @param key kind and fingerprint of the key by which it was recognised
   */
  public record Hop(String host, int port, String user, String address, String key) {
    /** {@code user@host:port}. */
    public String display() {
      String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
      return user + "@" + shown + ":" + port;
    }
  }
}
