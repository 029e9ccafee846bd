// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One server and database, as the user named it.
 *
 * <p>Its host and port are the server's own, for messages, certificates and whoever else connects
 * to it. What opens a socket asks {@link #reach} first: the way may begin elsewhere.
 *
 * @param scheme {@code postgresql}, {@code mysql}, ...
 * @param host name or address, without brackets
 * @param port TCP port; 0 means the engine's default
 * @param user login name; empty means the engine's default
 * @param database database name; empty means the engine's default
 * @param parameters the URI's query parameters, decoded, in order
 * @param password the password when one is known
 * @param reach where a socket is opened in place of host and port
 */
public record Endpoint(
    String scheme,
    String host,
    int port,
    String user,
    String database,
    Map<String, String> parameters,
    Optional<Secret> password,
    Optional<Reach> reach) {

  /** One that is connected to directly. */
  public Endpoint(
      String scheme,
      String host,
      int port,
      String user,
      String database,
      Map<String, String> parameters,
      Optional<Secret> password) {
    this(scheme, host, port, user, database, parameters, password, Optional.empty());
  }

  public Endpoint {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /**
   * Reads {@code scheme://user[:password]@host[:port]/database?key=value}.
   *
   * @throws FramException CONFIG_INVALID, without repeating the text (it may hold a password)
   */
  public static Endpoint parse(String uri) {
    try {
      URI parsed = new URI(uri);
      String scheme = parsed.getScheme();
      String host = parsed.getHost();
      if (scheme == null || host == null) {
        throw malformed();
      }
      String[] login = splitLogin(parsed.getRawUserInfo());
      String path = parsed.getRawPath() == null ? "" : parsed.getRawPath();
      return new Endpoint(
          "postgres".equals(scheme) ? "postgresql" : scheme.toLowerCase(Locale.ROOT),
          host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
          Math.max(parsed.getPort(), 0),
          decode(login[0]),
          decode(path.startsWith("/") ? path.substring(1) : path),
          query(parsed.getRawQuery()),
          login[1].isEmpty() ? Optional.empty() : Optional.of(new Secret(decode(login[1]))));
    } catch (URISyntaxException | IllegalArgumentException e) {
      // Neither is kept as a cause: both print the text, and with it a password.
      throw malformed();
    }
  }

  public Endpoint withPassword(Secret secret) {
    return new Endpoint(scheme, host, port, user, database, parameters, Optional.of(secret), reach);
  }

  public Endpoint withDatabase(String name) {
    return new Endpoint(scheme, host, port, user, name, parameters, password, reach);
  }

  /** The same server, connected to by way of another place. */
  public Endpoint through(Reach way) {
    return new Endpoint(scheme, host, port, user, database, parameters, password, Optional.of(way));
  }

  /** {@code host:port/database}: how messages name the server; holds no secret. */
  public String display() {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return shown + (port == 0 ? "" : ":" + port) + "/" + database;
  }

  @Override
  public String toString() {
    return scheme + "://" + (user.isEmpty() ? "" : user + "@") + display();
  }

  private static FramException malformed() {
    return new FramException(
        ErrorCode.CONFIG_INVALID,
        "A server's URI cannot be read.",
        "Write it as postgresql://user@host:5432/database?sslmode=verify-full; write special"
            + " characters of user and database as percent codes (RFC 3986).");
  }

  private static String[] splitLogin(@Nullable String userInfo) {
    if (userInfo == null) {
      return new String[] {"", ""};
    }
    int colon = userInfo.indexOf(':');
    return colon < 0
        ? new String[] {userInfo, ""}
        : new String[] {userInfo.substring(0, colon), userInfo.substring(colon + 1)};
  }

  private static Map<String, String> query(@Nullable String raw) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (raw != null && !raw.isEmpty()) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        parameters.put(
            decode(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decode(String text) {
    // A plus sign is an ordinary character in these parts of a URI (RFC 3986), not a blank.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
