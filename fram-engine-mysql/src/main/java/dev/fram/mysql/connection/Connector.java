// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens sessions to one server, all with the same settings, so that a value is the same wherever it
 * is read or written. One driver for both products. Usable from any thread; each connection belongs
 * to the thread that asked for it. It remembers what it opened, so that a route that is closed
 * leaves no session behind.
 */
public final class Connector {
  /** What replication itself uses as sql_mode when it applies rows, less what refuses old dates. */
  public static final String SQL_MODE = "NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES";

  private static final Logger LOG = LoggerFactory.getLogger(Connector.class);
  private static final int DEFAULT_PORT = 3306;
  private static final String SOCKET_FACTORY = "socketFactory";
  private static final String CONNECT_MILLIS = "10000";

  /**
   * The first line keeps values the same on their way, the second lets a stream wait for a slow
   * other side, the rest keeps odd global settings away.
   */
  private static final String SETTINGS =
      "SET SESSION sql_mode = '"
          + SQL_MODE
          + "', time_zone = '+00:00',"
          + " net_write_timeout = 3600, net_read_timeout = 3600, wait_timeout = 28800,"
          + " lock_wait_timeout = 60, group_concat_max_len = 16777216,"
          + " foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0,"
          + " sql_select_limit = DEFAULT, sql_auto_is_null = 0, completion_type = 0, ";

  private static final String MYSQL_SETTINGS =
      "max_execution_time = 0, information_schema_stats_expiry = 0";
  private static final String MARIADB_SETTINGS = "max_statement_time = 0";

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

  /** {@code source db1:3306/shop}. */
  public String name() {
    return role + " " + endpoint.display();
  }

  public Endpoint endpoint() {
    return endpoint;
  }

  /** The port, whether the URI says it or not. */
  public int port() {
    return endpoint.port() == 0 ? DEFAULT_PORT : endpoint.port();
  }

  /** The databases that the URI names ({@code a,b}); none means every database of users. */
  public List<String> databases() {
    return Arrays.stream(endpoint.database().split(",", -1)).filter(d -> !d.isEmpty()).toList();
  }

  /**
   * An ordinary session in auto-commit mode, without a current database.
   *
   * @param purpose shown as the attribute {@code program_name}: {@code fram} and this word
   */
  public Connection open(String purpose) {
    return ready(connect(properties(purpose)));
  }

  /**
   * As {@link #open}, for reading rows with {@link Sql#streaming}: the server sends texts in each
   * column's own character set, and {@code ResultSet.getBytes} gives exactly what it sent.
   */
  public Connection openStreaming(String purpose) {
    Connection connection = open(purpose);
    try {
      Sql.run(connection, "SET character_set_results = NULL");
      return connection;
    } catch (SQLException e) {
      abort(connection);
      throw SqlErrors.translate(e, name(), "opening a session");
    }
  }

  /**
   * As {@link #open}, for writing many rows: several statements may go in one text, and LOAD DATA
   * LOCAL may take a stream (see {@link Sql#load}). Only for the target: a server that is asked for
   * a load may ask for any file.
   */
  public Connection openWriter(String purpose) {
    Properties properties = properties(purpose);
    properties.setProperty("allowMultiQueries", "true");
    properties.setProperty("allowLoadLocalInfile", "true");
    return ready(connect(properties));
  }

  /** A session's product and version; asks nothing of the server. */
  public static ServerVersion version(Connection connection) throws SQLException {
    return ServerVersion.parse(connection.getMetaData().getDatabaseProductVersion());
  }

  /** Gives a session its first settings back, whatever a script has set. */
  public static void reset(Connection connection) throws SQLException {
    String own = version(connection).isMariaDb() ? MARIADB_SETTINGS : MYSQL_SETTINGS;
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS + own);
      statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE");
    }
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

  private Connection ready(Connection connection) {
    try {
      OwnSessions.mark(connection);
      reset(connection);
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
      throw SqlErrors.connecting(e, name());
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
    return "jdbc:mysql://" + host + ":" + port() + "/";
  }

  private Properties properties(String purpose) {
    Properties properties = new Properties();
    endpoint
        .parameters()
        .forEach((name, value) -> {
          if (!Encryption.knows(name)) {
            properties.setProperty(name, value);
          }
        });
    if (!endpoint.user().isEmpty()) {
      properties.setProperty("user", endpoint.user());
    }
    endpoint.password().ifPresent(secret -> properties.setProperty("password", secret.reveal()));
    Encryption.of(endpoint).addTo(properties);
    endpoint
        .reach()
        .ifPresent(reach -> {
          if (properties.containsKey(SOCKET_FACTORY)) {
            throw new FramException(
                ErrorCode.CONFIG_INVALID,
                name() + ": socketFactory in the URI and a tunnel exclude each other.",
                "Leave one of them out.");
          }
          ReachFactory.addTo(properties, reach);
        });
    properties.setProperty("connectionAttributes", "program_name:fram " + purpose);
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectTimeout", CONNECT_MILLIS);
    // A file of ours may be asked for in a writer's session only.
    properties.setProperty("allowLoadLocalInfile", "false");
    properties.setProperty("allowMultiQueries", "false");
    properties.setProperty("autoReconnect", "false");
    keepValues(properties);
    return properties;
  }

  /** Without these the driver would change values on their way, or count rows differently. */
  private static void keepValues(Properties properties) {
    properties.setProperty("characterEncoding", "UTF-8");
    properties.setProperty("connectionCollation", "utf8mb4_bin");
    properties.setProperty("tinyInt1isBit", "false");
    properties.setProperty("yearIsDateType", "false");
    properties.setProperty("useAffectedRows", "false");
    properties.setProperty("connectionTimeZone", "UTC");
    properties.setProperty("forceConnectionTimeZoneToSession", "false");
    properties.setProperty("rewriteBatchedStatements", "false");
    properties.setProperty("useServerPrepStmts", "false");
  }
}
