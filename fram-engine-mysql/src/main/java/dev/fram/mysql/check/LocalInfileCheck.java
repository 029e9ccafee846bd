// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** With local_infile Fram loads rows by the fastest way; no file on any server is read. */
final class LocalInfileCheck implements Question {
  @Override
  public String code() {
    return "local-infile";
  }

  @Override
  public String about() {
    return "With local_infile Fram loads rows by the fastest way; no file on any server is read.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    return target.isOn("local_infile")
        ? pass(target.name() + ": local_infile is ON.")
        : warn(
            target.name() + ": local_infile is OFF; rows are loaded by INSERT, which takes longer.",
            "On the target: SET GLOBAL local_infile = ON. No restart is needed.");
  }
}
