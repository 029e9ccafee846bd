// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens a session of somebody's on some server. */
@FunctionalInterface
interface Login {
  Connection open() throws SQLException;
}
