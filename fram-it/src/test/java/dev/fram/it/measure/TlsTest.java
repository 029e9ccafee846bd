// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.probe.LinkProbe.Tls;
import dev.fram.api.probe.ServerCertificate;
import dev.fram.api.probe.ServerCertificate.Checked;
import dev.fram.api.probe.TargetProbe;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a session says of its own encryption, and that looking at it weakens nothing. */
@Timeout(180)
class TlsTest {
  @TempDir Path folder;

  @Test
  void postgresShowsItsCertificate() throws Exception {
    TestCertificate made = TestCertificate.in(folder, "CN=db.example, O=Fram");
    Path authority = folder.resolve("ca.pem");
    Files.writeString(authority, made.pem());
    try (PostgresServer server = PostgresServer.plan(PostgresVersion.V15).start()) {
      Endpoint plain = server.endpoint("postgres");
      assertThat(tls(plain, Map.of())).isEmpty();
      made.showOn(server);

      Tls tls = tls(plain, Map.of()).orElseThrow();
      assertThat(tls.version()).startsWith("TLSv1.");
      assertThat(tls.cipher()).startsWith("TLS_");
      assertSame(tls.certificate().orElseThrow(), made.certificate(), Checked.NOTHING);
      assertThat(tls.certificate().orElseThrow().subject()).isEqualTo("CN=db.example,O=Fram");
      assertThat(tls(plain, Map.of("sslmode", "disable"))).isEmpty();
      Map<String, String> full =
          Map.of("sslmode", "verify-full", "sslrootcert", authority.toString());
      assertSame(
          tls(plain, full).flatMap(Tls::certificate).orElseThrow(),
          made.certificate(),
          Checked.AUTHORITY_AND_NAME);
      // Its authority is known, the name "localhost" is not in it.
      Endpoint otherName = named(plain, "localhost");
      assertThat(
              tls(otherName, Map.of("sslmode", "verify-ca", "sslrootcert", authority.toString()))
                  .flatMap(Tls::certificate)
                  .map(ServerCertificate::checked))
          .contains(Checked.AUTHORITY);
      assertThatThrownBy(() -> tls(otherName, full)).isInstanceOf(FramException.class);
      TestCertificate stranger =
          TestCertificate.in(Files.createDirectory(folder.resolve("other")), "CN=stranger");
      Path wrong = folder.resolve("wrong.pem");
      Files.writeString(wrong, stranger.pem());
      for (String mode : List.of("verify-ca", "verify-full")) {
        assertThatThrownBy(
                () -> tls(plain, Map.of("sslmode", mode, "sslrootcert", wrong.toString())))
            .as(mode)
            .isInstanceOf(FramException.class);
      }
      // A factory of the user's own decides alone: what the server tells is all there is.
      Tls own =
          tls(
                  plain,
                  Map.of(
                      "sslmode",
                      "require",
                      "sslfactory",
                      "org.postgresql.ssl.NonValidatingFactory"))
              .orElseThrow();
      assertThat(own.version()).startsWith("TLSv1.");
      assertThat(own.certificate()).isEmpty();
    }
  }

  @Test
  void mySqlShowsItsCertificate() throws Exception {
    try (MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).start()) {
      Endpoint plain = server.endpoint("");
      Path data = server.dataFolder();
      Tls tls = tls(plain, Map.of("ssl-mode", "REQUIRED")).orElseThrow();
      assertThat(tls.version()).startsWith("TLSv1.");
      assertSame(
          tls.certificate().orElseThrow(), read(data.resolve("server-cert.pem")), Checked.NOTHING);
      assertThat(tls(plain, Map.of("ssl-mode", "DISABLED"))).isEmpty();
      assertThat(
              tls(
                      plain,
                      Map.of("ssl-mode", "VERIFY_CA", "ssl-ca", data.resolve("ca.pem").toString()))
                  .flatMap(Tls::certificate)
                  .map(ServerCertificate::checked))
          .contains(Checked.AUTHORITY);
      assertThatThrownBy(() -> tls(plain, Map.of("ssl-mode", "VERIFY_CA")))
          .isInstanceOf(FramException.class);
    }
  }

  /** It makes a certificate at each start, and keeps it in its memory. */
  @Test
  void mariaDbShowsItsCertificate() {
    try (MySqlServer server =
        MySqlServer.plan(MySqlVersion.MARIADB_11_4).without("skip_ssl").start()) {
      Tls tls = tls(server.endpoint(""), Map.of("ssl-mode", "REQUIRED")).orElseThrow();
      assertThat(tls.version()).startsWith("TLSv1.");
      ServerCertificate shown = tls.certificate().orElseThrow();
      assertThat(shown.sha256()).matches("[0-9a-f]{64}");
      assertThat(shown.subject()).isEqualTo(shown.issuer()).isNotEmpty();
      assertThat(shown.endsMillis()).isGreaterThan(shown.beginsMillis());
      assertThat(shown.checked()).isEqualTo(Checked.NOTHING);
    }
  }

  private static void assertSame(ServerCertificate shown, X509Certificate there, Checked checked)
      throws GeneralSecurityException {
    assertThat(shown)
        .isEqualTo(
            new ServerCertificate(
                there.getSubjectX500Principal().getName(),
                there.getIssuerX500Principal().getName(),
                HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(there.getEncoded())),
                there.getNotBefore().toInstant().toEpochMilli(),
                there.getNotAfter().toInstant().toEpochMilli(),
                checked));
  }

  private static X509Certificate read(Path pem) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /** As a session to the target has it. */
  private static Optional<Tls> tls(Endpoint plain, Map<String, String> parameters) {
    Map<String, String> all = new HashMap<>(plain.parameters());
    all.putAll(parameters);
    Endpoint target =
        new Endpoint(
            plain.scheme(),
            plain.host(),
            plain.port(),
            plain.user(),
            plain.database(),
            all,
            plain.password());
    Engine engine =
        ServiceLoader.load(Engine.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(each -> each.schemes().contains(plain.scheme()))
            .findFirst()
            .orElseThrow();
    try (Route route =
            engine.open(
                new RouteRequest(target, target, new Scope(List.of(), List.of()), Set.of()));
        TargetProbe probe = route.targetProbe()) {
      return probe.link().tls();
    }
  }

  private static Endpoint named(Endpoint server, String host) {
    return new Endpoint(
        server.scheme(),
        host,
        server.port(),
        server.user(),
        server.database(),
        server.parameters(),
        server.password());
  }
}
