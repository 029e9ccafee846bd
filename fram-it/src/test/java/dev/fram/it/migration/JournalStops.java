// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import java.sql.SQLException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Makes every write to the journal on a target wait, and every change of the phase, until a test
 * has looked at it: it may let it through, refuse it, or meanwhile kill whoever writes. Owned by
 * the test's thread.
 */
interface JournalStops extends AutoCloseable {
  /** A write that waits. */
  record Stop(long session, String what) {}

  /** The next write; empty when there is none until that ends. */
  Optional<Stop> await(BooleanSupplier running) throws SQLException;

  /** Lets it through, and holds the one after it. */
  void pass() throws SQLException;

  /** It never happens. */
  void refuse(Stop stop) throws SQLException;

  @Override
  void close() throws SQLException;
}
