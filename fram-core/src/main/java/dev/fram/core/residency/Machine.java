// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Names and addresses of machines, as this one sees them. Sends nothing but questions of names. */
final class Machine {
  /** Any port: nothing is sent. */
  private static final int SOME_PORT = 9;

  private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

  private Machine() {}

  /**
   * Every address of a server's name.
   *
   * @throws FramException SERVER_UNREACHABLE when the name has none
   */
  static List<InetAddress> of(Endpoint endpoint) {
    return of(endpoint.host(), endpoint.display());
  }

  /** The same of any name. */
  static List<InetAddress> of(String host, String shown) {
    try {
      return List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      throw new FramException(
          ErrorCode.SERVER_UNREACHABLE,
          shown + ": the name has no address.",
          "Check the name, and this machine's name server.",
          e);
    }
  }

  /** The addresses of this machine from which it goes to these (connecting UDP sends nothing). */
  static List<InetAddress> here(List<InetAddress> towards) {
    List<InetAddress> own = new ArrayList<>();
    for (InetAddress there : towards) {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(there, SOME_PORT));
        if (!own.contains(socket.getLocalAddress())) {
          own.add(socket.getLocalAddress());
        }
      } catch (IOException | java.io.UncheckedIOException e) {
        LOG.debug("no way from here to {}: it will not be used either", there);
      }
    }
    return own;
  }

  static String name() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "";
    }
  }

  static List<String> texts(List<InetAddress> addresses) {
    TreeSet<String> texts = new TreeSet<>();
    addresses.forEach(address -> texts.add(address.getHostAddress()));
    return List.copyOf(texts);
  }
}
