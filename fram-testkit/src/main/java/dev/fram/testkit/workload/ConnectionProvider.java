// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.SQLException;

/** Where an application's thread goes each time it connects. Called by many threads. */
@FunctionalInterface
public interface ConnectionProvider {
  /** A new connection of the caller's own. */
  Connection connect() throws SQLException;
}
