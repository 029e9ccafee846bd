// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import dev.fram.api.error.FramException;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * The way from here to one server, through the protocol that a migration uses. Nothing is stored
 * there. Owned by one thread.
 *
 * <p>All methods: {@link FramException} with a transient code, or PRIVILEGE_MISSING.
 */
public interface LinkProbe {
  /** How this very session is encrypted; empty when it is not. */
  Optional<Tls> tls();

  /** The smallest question and its answer. */
  void roundTrip();

  /**
   * Sends bytes that the server counts and forgets.
   *
   * @return how many went
   */
  long send();

  /**
   * Receives bytes that the server makes up in memory.
   *
   * @return how many came
   */
  long receive();

  /**
   * @param version {@code TLSv1.3}
   * @param cipher the suite's name
   * @param certificate what the server has shown; empty where it cannot be seen from here
   */
  record Tls(String version, String cipher, Optional<ServerCertificate> certificate) {
    /** As our own end of the connection has it. */
    public static Tls of(SSLSession session, ServerCertificate.Checked checked) {
      return new Tls(
          session.getProtocol(),
          session.getCipherSuite(),
          ServerCertificate.shown(session, checked));
    }
  }
}
