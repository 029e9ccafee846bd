// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The certificate that a server has shown to one of our own sessions. Public facts only.
 *
 * @param subject whom it is for, as RFC 2253 writes it
 * @param issuer who says so
 * @param sha256 SHA-256 of the whole certificate, hexadecimal
 * @param beginsMillis when it begins to be valid, milliseconds since 1970
 * @param endsMillis when that ends
 * @param checked what the session has checked of it, as the URI asks
 */
public record ServerCertificate(
    String subject,
    String issuer,
    String sha256,
    long beginsMillis,
    long endsMillis,
    Checked checked) {
  /** What was checked before anything was said over the connection. */
  public enum Checked {
    NOTHING("nothing was checked: the URI does not ask for it"),
    AUTHORITY("its authority was checked"),
    AUTHORITY_AND_NAME("its authority and the server's name were checked");

    private final String words;

    Checked(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /** What the other end has shown; empty when that was no X.509 certificate. */
  public static Optional<ServerCertificate> shown(SSLSession session, Checked checked) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own
          ? Optional.of(of(own, checked))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private static ServerCertificate of(X509Certificate own, Checked checked) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(own.getEncoded());
      return new ServerCertificate(
          own.getSubjectX500Principal().getName(),
          own.getIssuerX500Principal().getName(),
          HexFormat.of().formatHex(hash),
          own.getNotBefore().toInstant().toEpochMilli(),
          own.getNotAfter().toInstant().toEpochMilli(),
          checked);
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("A certificate that was read cannot be written", e);
    }
  }
}
