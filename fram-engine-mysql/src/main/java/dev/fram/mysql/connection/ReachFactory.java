// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import dev.fram.api.model.Reach;
import java.io.Closeable;
import java.io.IOException;
import java.util.Properties;

/**
 * Connects to a tunnel's mouth in place of the server. The driver goes on calling the server by its
 * own name, so that its certificate is checked against that. Public because the driver makes it.
 */
public final class ReachFactory extends StandardSocketFactory {
  private static final String HOST = "framReachHost";
  private static final String PORT = "framReachPort";

  /** Lets the driver use it. */
  static void addTo(Properties properties, Reach reach) {
    properties.setProperty("socketFactory", ReachFactory.class.getName());
    properties.setProperty(HOST, reach.host());
    properties.setProperty(PORT, Integer.toString(reach.port()));
  }

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // the driver's signature
  public <T extends Closeable> T connect(
      String server, int port, PropertySet properties, int loginTimeout) throws IOException {
    return super.connect(
        properties.getStringProperty(HOST).getValue(),
        Integer.parseInt(properties.getStringProperty(PORT).getValue()),
        properties,
        loginTimeout);
  }
}
