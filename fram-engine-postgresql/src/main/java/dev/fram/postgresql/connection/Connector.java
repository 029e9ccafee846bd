// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import dev.fram.api.model.Endpoint;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * Opens sessions to one server, all with the same settings, so that a value has one text wherever
 * it is read: copy, feed and digest must agree to the byte (libpqwalreceiver.c sets the same ones).
 * Immutable, usable from any thread; each connection belongs to the thread that asked for it.
 */
public final class Connector {
  private static final int KEEPALIVE_SECONDS = 10;

  private final Endpoint endpoint;
  private final String role;

  /**
   * @param role {@code source} or {@code target}: messages begin with it
   */
  public Connector(Endpoint endpoint, String role) {
    this.endpoint = endpoint;
    this.role = role;
  }

  /** {@code source db1:5432/shop}. */
  public String name() {
    return role + " " + endpoint.display();
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * An ordinary session in auto-commit mode.
   *
   * @param purpose shown as {@code application_name}: {@code fram} and this word
   */
  public Connection open(String purpose) {
    return connect(properties(purpose));
  }

  /** A session of the replication protocol (simple queries only; manual 53.4). */
  public Connection openReplication(String purpose) {
    Properties properties = properties(purpose);
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "13");
    return connect(properties);
  }

  private Connection connect(Properties properties) {
    try {
      return DriverManager.getConnection(url(), properties);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, name(), "connecting");
    }
  }

  private String url() {
    String host = endpoint.host().indexOf(':') >= 0 ? "[" + endpoint.host() + "]" : endpoint.host();
    int port = endpoint.port() == 0 ? 5432 : endpoint.port();
    // The driver decodes the path: a name may hold any character.
    String database =
        java.net.URLEncoder.encode(endpoint.database(), java.nio.charset.StandardCharsets.UTF_8);
    return "jdbc:postgresql://" + host + ":" + port + "/" + database;
  }

  private Properties properties(String purpose) {
    Properties properties = new Properties();
    properties.putAll(endpoint.parameters());
    if (!endpoint.user().isEmpty()) {
      properties.setProperty("user", endpoint.user());
    }
    endpoint.password().ifPresent(secret -> properties.setProperty("password", secret.reveal()));
    properties.setProperty("ApplicationName", "fram " + purpose);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectTimeout", String.valueOf(KEEPALIVE_SECONDS));
    properties.setProperty("stringtype", "unspecified");
    properties.setProperty("rewriteBatchedInserts", "false");
    // Replaces what the user's URI says: without these settings values would change on their way.
    properties.setProperty(
        "options",
        "-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex"
            + " -c timezone=UTC -c statement_timeout=0 -c lock_timeout=0"
            + " -c idle_in_transaction_session_timeout=0 -c search_path=pg_catalog");
    return properties;
  }
}
