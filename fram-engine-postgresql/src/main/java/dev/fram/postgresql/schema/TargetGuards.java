// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Puts the guards that keep the application from writing on every table of the target, in the
 * transaction that creates the tables: there is no moment at which they are missing.
 */
@FunctionalInterface
public interface TargetGuards {
  void install(Connection target) throws SQLException;

  /** Before the tables are dropped: whatever may still be writing to them ends. */
  default void beforeDrop() {}

  /** When tables that came with a base backup were taken over: what they have for the feed goes. */
  default void afterAdoption() {}
}
