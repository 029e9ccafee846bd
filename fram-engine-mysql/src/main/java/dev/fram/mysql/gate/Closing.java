// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import java.sql.Connection;
import java.sql.SQLException;

/** How a server is closed that has handed over. */
public enum Closing {
  /** To everybody, where the server can: nothing is written there any more. */
  FOR_GOOD,
  /** To everybody but Fram, which brings the other server's writes. */
  FOR_RETURN;

  /** Asked of the server in its own session, when it is about to be closed. */
  @FunctionalInterface
  public interface Question {
    Closing of(Connection connection) throws SQLException;
  }
}
