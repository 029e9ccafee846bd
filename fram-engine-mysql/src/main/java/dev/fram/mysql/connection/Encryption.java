// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import com.mysql.cj.NativeSession;
import com.mysql.cj.jdbc.JdbcConnection;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.probe.ServerCertificate;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What the URI asks of encryption, with the names the mysql client uses: {@code ssl-mode} and
 * {@code ssl-ca}. Never silently weakened: what is not understood is refused.
 *
 * @param mode DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY
 * @param authority a file of certificates in PEM form
 */
public record Encryption(String mode, Optional<Path> authority) {
  private static final Set<String> MODES =
      Set.of("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY");
  private static final Set<String> MODE_NAMES = Set.of("ssl-mode", "sslmode", "sslMode");

  public static Encryption of(Endpoint endpoint) {
    Map<String, String> parameters = endpoint.parameters();
    String asked =
        MODE_NAMES.stream()
            .map(name -> Optional.ofNullable(parameters.get(name)))
            .flatMap(Optional::stream)
            .findFirst()
            .orElse("PREFERRED");
    String mode = asked.toUpperCase(Locale.ROOT).replace('-', '_');
    if (!MODES.contains(mode)) {
      throw invalid(
          "ssl-mode=" + asked + " is not known", "Use one of " + String.join(", ", MODES));
    }
    Optional<Path> authority = Optional.ofNullable(parameters.get("ssl-ca")).map(Path::of);
    if (authority.isPresent() && !mode.startsWith("VERIFY")) {
      throw invalid(
          "ssl-ca is given, but ssl-mode=" + mode + " does not look at certificates",
          "Add ssl-mode=VERIFY_CA or ssl-mode=VERIFY_IDENTITY");
    }
    return new Encryption(mode, authority);
  }

  /** Whether a parameter of the URI is one of these. */
  static boolean knows(String parameter) {
    return MODE_NAMES.contains(parameter) || "ssl-ca".equals(parameter);
  }

  /** What the driver wants to hear. */
  void addTo(Properties properties) {
    properties.setProperty("sslMode", mode);
    boolean open = "DISABLED".equals(mode) || "PREFERRED".equals(mode);
    // Without encryption the password is sealed with the server's own key, which then is asked for.
    properties.setProperty("allowPublicKeyRetrieval", String.valueOf(open));
    authority.ifPresent(file -> {
      properties.setProperty(
          "trustCertificateKeyStoreUrl", AuthorityStore.of(file).toUri().toString());
      properties.setProperty("trustCertificateKeyStoreType", "PKCS12");
      properties.setProperty("trustCertificateKeyStorePassword", "public");
      properties.setProperty("fallbackToSystemTrustStore", "false");
    });
  }

  /** What a session checks of the server's certificate. */
  public ServerCertificate.Checked checked() {
    return switch (mode) {
      case "VERIFY_IDENTITY" -> ServerCertificate.Checked.AUTHORITY_AND_NAME;
      case "VERIFY_CA" -> ServerCertificate.Checked.AUTHORITY;
      default -> ServerCertificate.Checked.NOTHING;
    };
  }

  /** How an open session of the driver is encrypted, as its own end has it. */
  public static Optional<SSLSession> session(Connection connection) throws SQLException {
    try {
      return connection.unwrap(JdbcConnection.class).getSession() instanceof NativeSession own
              && own.getProtocol().getSocketConnection().getMysqlSocket()
                  instanceof SSLSocket socket
          ? Optional.of(socket.getSession())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Encrypts a connection for a client that is not the driver. The server's certificate is looked
   * at under VERIFY_CA and VERIFY_IDENTITY only, as with the mysql client.
   *
   * @param host the name the certificate must be for under VERIFY_IDENTITY
   */
  public SSLSocket wrap(Socket socket, String host) throws SocketException {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authority.isPresent() ? AuthorityStore.certificates(authority.get()) : null);
      SSLContext context = SSLContext.getInstance("TLS");
      boolean verify = mode.startsWith("VERIFY");
      context.init(
          null, verify ? trust.getTrustManagers() : new TrustManager[] {new Unverified()}, null);
      SSLSocket wrapped =
          (SSLSocket) context.getSocketFactory().createSocket(socket, host, socket.getPort(), true);
      if ("VERIFY_IDENTITY".equals(mode)) {
        SSLParameters parameters = wrapped.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        wrapped.setSSLParameters(parameters);
      }
      return wrapped;
    } catch (IOException | GeneralSecurityException e) {
      SocketException failed = new SocketException("encryption could not be set up");
      failed.initCause(e);
      throw failed;
    }
  }

  /** Takes any certificate: what REQUIRED and PREFERRED mean. */
  private static final class Unverified extends X509ExtendedTrustManager {
    private static final X509Certificate[] NONE = {};

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return NONE;
    }
  }

  private static FramException invalid(String seen, String remedy) {
    return new FramException(
        ErrorCode.CONFIG_INVALID, "A server's URI: " + seen + ".", remedy + ".");
  }

  /**
   * Whether the two ends could not agree on encryption. That the connection broke while they tried
   * (a server that restarts) is reported as a failure of TLS too, with the break as its cause: it
   * may be tried again.
   */
  public static boolean isRefused(Throwable failure) {
    boolean tls = false;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof EOFException
          || each instanceof SocketException
          || each instanceof SocketTimeoutException) {
        return false;
      }
      tls |= each instanceof SSLException;
    }
    return tls;
  }
}
