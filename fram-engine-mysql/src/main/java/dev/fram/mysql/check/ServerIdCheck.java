// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** A source needs a server_id other than 0, or it refuses replicas, and Fram reads as one. */
final class ServerIdCheck implements Question {
  @Override
  public String code() {
    return "server-id";
  }

  @Override
  public String about() {
    return "A source needs a server_id other than 0, or it refuses replicas, and Fram reads as one.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long id = source.numberSetting("server_id");
    return id > 0
        ? pass(source.name() + ": server_id is " + id + ".")
        : fail(
            source.name() + ": server_id is 0, so nobody can read its log.",
            "my.cnf, [mysqld]: server_id=1 (a number no other server of yours has). At once:"
                + " SET GLOBAL server_id = 1. No restart is needed.");
  }
}
