// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

import java.util.Optional;

/**
 * Where a server listens.
 *
 * @param host name or address, without brackets
 * @param port TCP port; 0 means the product's default
 */
public record Address(String host, int port) {

  /** Reads {@code host:port} or {@code [host]:port}; empty when it is neither. */
  public static Optional<Address> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    boolean fine = !bare.isBlank() && (bracketed || bare.indexOf(':') < 0);
    return fine && port > 0 && port < 65_536
        ? Optional.of(new Address(bare, port))
        : Optional.empty();
  }

  /** The same with a port, whether it had one or not. */
  public Address orPort(int standard) {
    return port == 0 ? new Address(host, standard) : this;
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
