// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.error.FramException;

/** The right to write, held by one run at a time. */
public interface Lease extends AutoCloseable {
  /** Grows with each run; everything a run writes is checked against it. */
  long epoch();

  /**
   * Asks the server whether the lease is still held.
   *
   * @throws FramException FENCED when it is not
   */
  void verify();

  @Override
  void close();
}
