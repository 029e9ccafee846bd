// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.socket;

import dev.fram.api.traffic.Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/** Where a control socket is. */
public sealed interface Place {
  record Tcp(Address address) implements Place {
    @Override
    public SocketAddress socketAddress() {
      return new InetSocketAddress(address.host(), address.port());
    }

    @Override
    public String toString() {
      return address.toString();
    }
  }

  record Unix(Path path) implements Place {
    @Override
    public SocketAddress socketAddress() {
      return UnixDomainSocketAddress.of(path);
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }

  SocketAddress socketAddress();

  /** A path that begins with a slash, or {@code host:port}. */
  static Optional<Place> parse(String text) {
    return text.startsWith("/")
        ? Optional.of(new Unix(Path.of(text)))
        : Address.parse(text).map(Tcp::new);
  }
}
