// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Databases that the source leaves out of its log cannot be followed. */
final class BinlogFiltersCheck implements Question {
  @Override
  public String code() {
    return "binlog-filters";
  }

  @Override
  public String about() {
    return "Databases that the source leaves out of its log cannot be followed.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    ServerVersion version = source.version();
    String sql =
        !version.isMariaDb() && version.atLeast(8, 2)
            ? "SHOW BINARY LOG STATUS"
            : "SHOW MASTER STATUS";
    List<String> filters =
        Sql.list(
            source.connection(),
            sql,
            row ->
                Optional.ofNullable(row.getString(3)).orElse("")
                    + "/"
                    + Optional.ofNullable(row.getString(4)).orElse(""));
    boolean filtered = filters.stream().anyMatch(text -> !text.equals("/"));
    return filtered
        ? fail(
            source.name() + ": binlog_do_db/binlog_ignore_db is set: " + filters.getFirst() + ".",
            "Remove both from my.cnf, [mysqld]. A restart is needed.")
        : pass(source.name() + ": every database is logged.");
  }
}
