// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.tools;

import dev.fram.testkit.server.Command;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.ServerException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A certificate of its own making, for 127.0.0.1 unless told otherwise, with its key, by the JDK's
 * keytool. For tests: it is nobody's authority but its own.
 *
 * @param certificate what a server shows
 * @param key the key in PEM form
 */
public record TestCertificate(X509Certificate certificate, String key) {
  private static final String PASSWORD = "nothing-secret";

  /** Makes one, with files in an empty folder. */
  public static TestCertificate in(Path folder, String name) {
    return in(folder, name, "ip:127.0.0.1");
  }

  /**
   * The same for another place.
   *
   * @param place whom the certificate is for: {@code dns:localhost}
   */
  public static TestCertificate in(Path folder, String name, String place) {
    Path store = folder.resolve("server.p12");
    try {
      Command.Result made =
          Command.of(
                  List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()),
                  "-genkeypair",
                  "-alias",
                  "server",
                  "-keyalg",
                  "RSA",
                  "-keysize",
                  "2048",
                  "-dname",
                  name,
                  "-ext",
                  "san=" + place,
                  "-validity",
                  "30",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  PASSWORD)
              .run();
      if (made.exit() != 0) {
        throw new ServerException("keytool: " + made.output());
      }
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      Key key = keys.getKey("server", PASSWORD.toCharArray());
      return new TestCertificate(
          (X509Certificate) keys.getCertificate("server"), pem("PRIVATE KEY", key.getEncoded()));
    } catch (IOException | GeneralSecurityException e) {
      throw new ServerException("a certificate could not be made: " + e.getMessage(), e);
    }
  }

  /** The certificate in PEM form. */
  public String pem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new ServerException("a certificate could not be written: " + e.getMessage(), e);
    }
  }

  /**
   * Lets a running server show it from now on. The server writes the files itself, so that they
   * belong to its own account, which it insists on.
   */
  public void showOn(PostgresServer server) throws SQLException {
    server.execute("postgres", write(pem(), "server.crt"));
    server.execute("postgres", write(key, "server.key"));
    server.configure(Map.of("ssl", "on"));
    server.execute("postgres", "SELECT pg_reload_conf()");
  }

  private static String write(String text, String file) {
    return "COPY (SELECT unnest(string_to_array('"
        + text.strip()
        + "', E'\\n'))) TO PROGRAM 'umask 077; cat > "
        + file
        + "'";
  }

  private static String pem(String what, byte[] der) {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
  }
}
