// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Where the page listens.
 *
 * @param host a name or an address
 * @param port 0 for any that is free
 * @param choice what is done when the port is taken
 */
public record WebAddress(String host, int port, Choice choice) {
  /** The port of a page for which nobody has named one. */
  public static final int PORT = 3726;

  private static final String LOOPBACK = "127.0.0.1";

  /** Whether another port will do. */
  public enum Choice {
    THIS_PORT,
    /** The user has named none: a second page on one machine takes one that is free. */
    OR_ANY_FREE
  }

  /** This machine only, at the usual port or a free one. */
  public static WebAddress usual() {
    return new WebAddress(LOOPBACK, PORT, Choice.OR_ANY_FREE);
  }

  /** Reads {@code host:port}, {@code host}, {@code :port} or {@code [v6]:port}. */
  public static Optional<WebAddress> parse(String text) {
    int bracket = text.lastIndexOf(']');
    int colon = text.lastIndexOf(':');
    boolean ported = colon > bracket;
    String host = ported ? text.substring(0, colon) : text;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      return Optional.empty();
    }
    // A bare number would be a host to Java, and a port to whoever has written it.
    boolean bare = !ported && host.matches("[0-9]*");
    if (!host.matches("[0-9A-Za-z.:%_-]*") || bare) {
      return Optional.empty();
    }
    String at = host.isEmpty() ? LOOPBACK : host;
    if (!ported) {
      return Optional.of(new WebAddress(at, PORT, Choice.OR_ANY_FREE));
    }
    return port(text.substring(colon + 1)).map(p -> new WebAddress(at, p, Choice.THIS_PORT));
  }

  /**
   * Whether only this machine can reach it.
   *
   * @throws UnknownHostException when nobody knows the name
   */
  public boolean loopback() throws UnknownHostException {
    return InetAddress.getByName(host).isLoopbackAddress();
  }

  WebAddress withPort(int other) {
    return new WebAddress(host, other, choice);
  }

  private static Optional<Integer> port(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(text);
    return port <= 65_535 ? Optional.of(port) : Optional.empty();
  }
}
