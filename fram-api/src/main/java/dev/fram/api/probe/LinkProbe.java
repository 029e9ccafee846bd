// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import dev.fram.api.error.FramException;
import java.util.Optional;

/**
 * The way from here to one server, through the protocol that a migration uses. Nothing is stored
 * there. Owned by one thread.
 *
 * <p>All methods: {@link FramException} with a transient code, or PRIVILEGE_MISSING.
 */
public interface LinkProbe {
  /** How the session is encrypted; empty when it is not. */
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
   * @param cipher the suite's name, as the server tells it
   */
  record Tls(String version, String cipher) {}
}
