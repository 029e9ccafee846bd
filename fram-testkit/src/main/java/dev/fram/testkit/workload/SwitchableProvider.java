// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The application's address of its database, switched in one step for everybody who connects after
 * it. Connections that exist stay where they are, as with a changed DNS name. Any thread.
 */
public final class SwitchableProvider implements ConnectionProvider {
  private static final int CONNECT_SECONDS = 10;

  private final AtomicReference<Endpoint> current;

  public SwitchableProvider(Endpoint first) {
    this.current = new AtomicReference<>(first);
  }

  public void switchTo(Endpoint next) {
    current.set(next);
  }

  public Endpoint current() {
    return current.get();
  }

  @Override
  public Connection connect() throws SQLException {
    Endpoint to = current.get();
    boolean postgres = to.scheme().equals("postgresql");
    Properties properties = new Properties();
    properties.setProperty("user", to.user());
    properties.setProperty("password", to.password().map(Secret::reveal).orElse(""));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty(
        "connectTimeout", Integer.toString(postgres ? CONNECT_SECONDS : CONNECT_SECONDS * 1000));
    if (to.scheme().equals("mysql")) {
      // On 127.0.0.1 a password may go without TLS: caching_sha2 then asks for the server's key.
      properties.setProperty("sslMode", "DISABLED");
      properties.setProperty("allowPublicKeyRetrieval", "true");
    }
    return DriverManager.getConnection(
        "jdbc:%s://%s:%d/%s".formatted(to.scheme(), to.host(), to.port(), to.database()),
        properties);
  }
}
