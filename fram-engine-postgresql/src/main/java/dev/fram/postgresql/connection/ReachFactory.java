// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import dev.fram.api.model.Reach;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Properties;
import javax.net.SocketFactory;

/**
 * Connects to a tunnel's mouth in place of the server. The driver is handed a socket that is
 * connected already and goes on calling the server by its own name, so that its certificate is
 * checked against that, and nobody here looks the name up. Public because the driver makes it.
 */
public final class ReachFactory extends SocketFactory {
  /** The driver's properties for a factory and the one text it is given. */
  static final String PROPERTY = "socketFactory";

  private static final String ARGUMENT = "socketFactoryArg";

  /** The mouth is on this machine: it answers at once or not at all. */
  private static final int CONNECT_MILLIS = 10_000;

  private final InetSocketAddress mouth;

  /**
   * @param mouth {@code port@host}
   */
  public ReachFactory(String mouth) {
    int at = mouth.indexOf('@');
    this.mouth =
        new InetSocketAddress(mouth.substring(at + 1), Integer.parseInt(mouth.substring(0, at)));
  }

  /** Lets the driver use it. */
  static void addTo(Properties properties, Reach reach) {
    properties.setProperty(PROPERTY, ReachFactory.class.getName());
    properties.setProperty(ARGUMENT, reach.port() + "@" + reach.host());
  }

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(mouth, CONNECT_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return createSocket();
  }
}
