// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.FramException;
import dev.fram.testkit.tools.TestCertificate;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityStoreTest {
  @TempDir Path folder;

  /** A long migration opens thousands of connections. */
  @Test
  void oneFileIsCopiedOnce() throws Exception {
    Path pem = pem(TestCertificate.in(Files.createDirectory(folder.resolve("a")), "CN=a"));
    Path store = AuthorityStore.of(pem);
    assertThat(AuthorityStore.of(pem)).isEqualTo(store);
    Files.delete(store);
    assertThat(AuthorityStore.of(pem)).exists();
  }

  /** An authority that is replaced while a migration goes on counts from then on. */
  @Test
  void aFileThatHasChangedIsCopiedAgain() throws Exception {
    TestCertificate first =
        TestCertificate.in(Files.createDirectory(folder.resolve("a")), "CN=first");
    TestCertificate second =
        TestCertificate.in(Files.createDirectory(folder.resolve("b")), "CN=second");
    Path pem = pem(first);
    assertThat(held(AuthorityStore.of(pem))).isEqualTo(first.certificate());
    pem(second);
    Files.setLastModifiedTime(pem, FileTime.fromMillis(1_000));
    assertThat(held(AuthorityStore.of(pem))).isEqualTo(second.certificate());
  }

  @Test
  void whatIsNoCertificateIsSaid() throws Exception {
    Path pem = Files.writeString(folder.resolve("no.pem"), "-----BEGIN CERTIFICATE-----\nnone\n");
    assertThatThrownBy(() -> AuthorityStore.of(pem))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("no.pem cannot be read as certificates in PEM form");
  }

  private Path pem(TestCertificate certificate) throws Exception {
    return Files.writeString(folder.resolve("ca.pem"), certificate.pem());
  }

  private static Certificate held(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "public".toCharArray());
    }
    return keys.getCertificate("ca0");
  }
}
