// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.probe.ServerCertificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLSession;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens sessions to one server, all with the same settings, so that a value has one text wherever
 * it is read: copy, feed and digest must agree to the byte (libpqwalreceiver.c sets the same ones).
 * Usable from any thread; each connection belongs to the thread that asked for it. It remembers
 * what it opened, so that a route that is closed leaves no session behind.
 */
public final class Connector {
  private static final Logger LOG = LoggerFactory.getLogger(Connector.class);
  private static final int KEEPALIVE_SECONDS = 10;
  private static final String LOGIN_SECONDS = "60";

  /**
   * The first line keeps values the same on their way, the second keeps rows from being left out
   * (row security) and transactions from being other than they look, the third keeps time limits of
   * a role or database away, and the fourth lets the server notice soon that we are gone.
   */
  private static final String OPTIONS =
      "-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=3 -c bytea_output=hex"
          + " -c timezone=UTC -c lc_monetary=C -c xmloption=content -c search_path=pg_catalog"
          + " -c row_security=off -c default_transaction_read_only=off"
          + " -c default_transaction_isolation=read\\ committed"
          + " -c default_transaction_deferrable=off"
          // With thousands of tables a question to the catalogs looks dear, and compiling it is.
          + " -c jit=off"
          + " -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0"
          + " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2";

  private final Set<Connection> opened = ConcurrentHashMap.newKeySet();
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
    return ready(connect(properties(purpose)));
  }

  /**
   * As {@link #open}, and what the session's own end knows of its encryption.
   *
   * @return the session, with an empty TLS session when it is not encrypted, or when a socket
   *     factory of the user's own keeps it to itself
   */
  public Seen openSeen(String purpose) {
    Properties properties = properties(purpose);
    if (properties.getProperty(SeenTls.FACTORY) != null) {
      return new Seen(ready(connect(properties)), Optional.empty());
    }
    try (SeenTls seen = SeenTls.of(properties)) {
      Connection connection = ready(connect(properties));
      return new Seen(connection, seen.session());
    }
  }

  /** A session and its encryption as this end has it. */
  public record Seen(Connection connection, Optional<SSLSession> tls) {}

  /** What a session checks of the server's certificate (the driver's manual, "sslmode"). */
  public ServerCertificate.Checked checked() {
    String ssl = endpoint.parameters().getOrDefault("ssl", "false");
    boolean full = ssl.isEmpty() || ssl.equalsIgnoreCase("true");
    return switch (endpoint.parameters().getOrDefault("sslmode", full ? "verify-full" : "prefer")) {
      case "verify-full" -> ServerCertificate.Checked.AUTHORITY_AND_NAME;
      case "verify-ca" -> ServerCertificate.Checked.AUTHORITY;
      default -> ServerCertificate.Checked.NOTHING;
    };
  }

  /**
   * As {@link #open}, with simple queries: a script goes to the server whole, and the server's own
   * parser finds its statements.
   */
  public Connection openScript(String purpose) {
    Properties properties = properties(purpose);
    properties.setProperty("preferQueryMode", "simple");
    return ready(connect(properties));
  }

  /** Gives a session its first settings back, whatever a script has set. */
  public static void reset(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("RESET ALL");
    }
    liftNewTimeouts(connection);
  }

  /** Ends every session that is still open, also one that is busy in another thread. */
  public void closeAll() {
    for (Connection connection : opened) {
      abort(connection);
    }
    opened.clear();
  }

  /** Ends a session at once, whatever it is doing. Never throws. */
  public static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("A session could not be ended: {}", SqlErrors.message(e));
    }
  }

  // These exist only in newer servers, where an unknown setting would refuse the login.
  private static void liftNewTimeouts(Connection connection) throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    try (Statement statement = connection.createStatement()) {
      if (major >= 17) {
        statement.execute("SET transaction_timeout = 0; SET idle_session_timeout = 0");
      } else if (major >= 14) {
        statement.execute("SET idle_session_timeout = 0");
      }
    }
  }

  private Connection ready(Connection connection) {
    try {
      liftNewTimeouts(connection);
      return connection;
    } catch (SQLException e) {
      abort(connection);
      throw SqlErrors.translate(e, name(), "opening a session");
    }
  }

  /** A session of the replication protocol (simple queries only; manual 53.4). */
  public Connection openReplication(String purpose) {
    Properties properties = properties(purpose);
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "13");
    properties.setProperty("allowEncodingChanges", "true");
    return untouched(connect(properties));
  }

  /** Whether the session's database takes any bytes for text, and gives them back (SQL_ASCII). */
  public static boolean keepsAnyBytes(Connection connection) throws SQLException {
    return "SQL_ASCII"
        .equals(connection.unwrap(PGConnection.class).getParameterStatus("server_encoding"));
  }

  /**
   * The server checks what it sends against the client's encoding: to LATIN1 all bytes are right.
   */
  private Connection untouched(Connection connection) {
    try {
      if (keepsAnyBytes(connection)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("SET client_encoding = 'LATIN1'");
        }
      }
      return connection;
    } catch (SQLException e) {
      abort(connection);
      throw SqlErrors.translate(e, name(), "opening a session");
    }
  }

  private Connection connect(Properties properties) {
    try {
      Connection connection = DriverManager.getConnection(url(), properties);
      opened.removeIf(Connector::isClosed);
      opened.add(connection);
      return connection;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, name(), "connecting");
    }
  }

  private static boolean isClosed(Connection connection) {
    try {
      return connection.isClosed();
    } catch (SQLException e) {
      return true;
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
    endpoint
        .reach()
        .ifPresent(reach -> {
          if (properties.containsKey(ReachFactory.PROPERTY)) {
            throw new FramException(
                ErrorCode.CONFIG_INVALID,
                name() + ": socketFactory in the URI and a tunnel exclude each other.",
                "Leave one of them out.");
          }
          ReachFactory.addTo(properties, reach);
        });
    properties.setProperty("ApplicationName", "fram " + purpose);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectTimeout", String.valueOf(KEEPALIVE_SECONDS));
    // A server that takes the connection and says nothing (a full disk, a stopped machine).
    properties.putIfAbsent("loginTimeout", LOGIN_SECONDS);
    properties.setProperty("stringtype", "unspecified");
    // DETAIL holds cell values, and the driver would put it into every exception's text.
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty("rewriteBatchedInserts", "false");
    // Replaces what the user's URI says: without these settings values would change on their way.
    properties.setProperty("options", OPTIONS);
    return properties;
  }
}
