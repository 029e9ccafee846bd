// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Plug-ins and components that the source has loaded are not copied. */
final class PluginsCheck implements Question {
  @Override
  public String code() {
    return "plugins";
  }

  @Override
  public String about() {
    return "Plug-ins and components that the source has loaded are not copied.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Set<String> missing = new TreeSet<>(loaded(servers.source()));
    missing.removeAll(loaded(servers.target()));
    return missing.isEmpty()
        ? pass("The target has every plug-in and component that the source has loaded.")
        : warn(
            servers.target().name() + ": not loaded there: " + Servers.some(missing) + ".",
            "Where the application needs them, on the target: INSTALL PLUGIN .. SONAME '..', or"
                + " INSTALL COMPONENT '..'. No restart is needed.");
  }

  private static List<String> loaded(Server server) throws SQLException {
    List<String> found =
        new ArrayList<>(
            server.texts(
                "SELECT CONCAT('plug-in ', PLUGIN_NAME) FROM information_schema.PLUGINS"
                    + " WHERE PLUGIN_STATUS = 'ACTIVE' AND PLUGIN_LIBRARY IS NOT NULL"));
    String components = "SELECT component_urn FROM mysql.component";
    if (server.attempt(components).isEmpty()) {
      found.addAll(server.texts(components));
    }
    return found;
  }
}
