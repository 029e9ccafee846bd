// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The authority's certificates as a key store, which is all that the driver reads: a copy of each
 * file, made once and again when the file has changed. Certificates are public, so the copy needs
 * no secret. Any thread.
 */
final class AuthorityStore {
  private static final Map<Path, Copy> COPIES = new ConcurrentHashMap<>();

  private AuthorityStore() {}

  /**
   * @param of when the file had last been written
   */
  private record Copy(FileTime of, Path file) {}

  /**
   * The key store's file.
   *
   * @param pem a file of certificates in PEM form
   * @throws FramException CONFIG_INVALID when it is none
   */
  static Path of(Path pem) {
    return COPIES.compute(pem.toAbsolutePath(), AuthorityStore::current).file();
  }

  static KeyStore certificates(Path pem) throws IOException, GeneralSecurityException {
    try (InputStream text = Files.newInputStream(pem)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(text)) {
        store.setCertificateEntry("ca" + number++, each);
      }
      return store;
    }
  }

  private static Copy current(Path pem, @Nullable Copy known) {
    try {
      FileTime written = Files.getLastModifiedTime(pem);
      boolean good = known != null && known.of().equals(written) && Files.exists(known.file());
      return good && known != null ? known : copy(pem, written);
    } catch (IOException | GeneralSecurityException e) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "ssl-ca: the file " + pem + " cannot be read as certificates in PEM form.",
          "Give the path of the file that holds the authority's certificate.",
          e);
    }
  }

  private static Copy copy(Path pem, FileTime written)
      throws IOException, GeneralSecurityException {
    KeyStore store = certificates(pem);
    Path file = Files.createTempFile("fram-ca-", ".p12");
    file.toFile().deleteOnExit();
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "public".toCharArray());
    }
    return new Copy(written, file);
  }
}
