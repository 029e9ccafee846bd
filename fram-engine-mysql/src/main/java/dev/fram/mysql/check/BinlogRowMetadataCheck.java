// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * With full metadata the log names the columns, so that a change of the schema is noticed for
 * certain.
 */
final class BinlogRowMetadataCheck implements Question {
  @Override
  public String code() {
    return "binlog-row-metadata";
  }

  @Override
  public String about() {
    return "With full metadata the log names the columns, so that a change of the schema is noticed for certain.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    String metadata = source.setting("binlog_row_metadata").orElse("");
    return metadata.equals("FULL")
        ? pass(source.name() + ": binlog_row_metadata is FULL.")
        : info(
            source.name()
                + ": binlog_row_metadata is "
                + (metadata.isEmpty() ? "unknown to this server" : metadata)
                + "; number and types of columns are compared, their names are not. SET GLOBAL"
                + " binlog_row_metadata = 'FULL' needs no restart.");
  }
}
