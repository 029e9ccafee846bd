// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.postgresql.ssl.LibPQFactory;
import org.postgresql.util.PSQLException;

/**
 * Looks on while the driver encrypts a connection: the driver hands out neither the certificate nor
 * the socket. It only remembers the socket; what is trusted is decided by the driver's own factory,
 * as without it. The driver makes the factory by its name, so the two find each other by a token in
 * the properties.
 */
final class SeenTls implements AutoCloseable {
  /** The driver's property for a factory. */
  static final String FACTORY = "sslfactory";

  private static final String TOKEN = "framSeenTls";
  private static final Map<String, SeenTls> OPEN = new ConcurrentHashMap<>();

  private final String token;
  private volatile @Nullable SSLSocket socket;

  private SeenTls(String token) {
    this.token = token;
  }

  /** Begins to look on at the connection that is opened with these properties. */
  static SeenTls of(Properties properties) {
    SeenTls seen = new SeenTls(UUID.randomUUID().toString());
    OPEN.put(seen.token, seen);
    properties.setProperty(TOKEN, seen.token);
    properties.setProperty(FACTORY, Factory.class.getName());
    return seen;
  }

  /** The session's encryption; empty when it has none. After the connection is open. */
  Optional<SSLSession> session() {
    return Optional.ofNullable(socket).map(SSLSocket::getSession);
  }

  @Override
  public void close() {
    OPEN.remove(token);
  }

  /** What the driver uses anyway; public because the driver makes it. */
  public static final class Factory extends LibPQFactory {
    private final Optional<SeenTls> seen;

    public Factory(Properties properties) throws PSQLException {
      super(properties);
      this.seen = Optional.ofNullable(properties.getProperty(TOKEN)).map(OPEN::get);
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose)
        throws IOException {
      Socket made = super.createSocket(plain, host, port, autoClose);
      if (made instanceof SSLSocket encrypted) {
        seen.ifPresent(one -> one.socket = encrypted);
      }
      return made;
    }
  }
}
