// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.pgoutput.Tuple;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** One statement of a batch with all of its values, made without the server. */
sealed interface Step {
  /** For people: INSERT, UPDATE, DELETE. */
  String what();

  /** How many rows it has to hit. */
  long wanted();

  /** Sends it; tells how many rows it hit. */
  long run(Connection connection) throws SQLException;

  /** Writes, and is counted by the server. */
  record Write(String what, long wanted, String sql, List<String> values) implements Step {
    @Override
    public long run(Connection connection) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        bind(statement, values);
        return statement.executeUpdate();
      }
    }
  }

  /** Writes nothing and counts. */
  record Look(String what, long wanted, String sql, List<String> values) implements Step {
    @Override
    public long run(Connection connection) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        bind(statement, values);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          return row.getLong(1);
        }
      }
    }
  }

  /** Sends rows by COPY as they are; what they are as text is made on the way. */
  record Rows(String sql, List<Tuple> rows, List<Integer> columns) implements Step {
    @Override
    public String what() {
      return "INSERT";
    }

    @Override
    public long wanted() {
      return rows.size();
    }

    @Override
    public long run(Connection connection) throws SQLException {
      return CopyText.copy(connection, sql, CopyText.lines(rows, columns));
    }
  }

  /** The same with the text made before. */
  record Text(String sql, long wanted, List<byte[]> lines) implements Step {
    @Override
    public String what() {
      return "INSERT";
    }

    @Override
    public long run(Connection connection) throws SQLException {
      return CopyText.copy(connection, sql, lines.iterator());
    }
  }

  private static void bind(PreparedStatement statement, List<String> values) throws SQLException {
    for (int i = 0; i < values.size(); i++) {
      statement.setString(i + 1, values.get(i));
    }
  }
}
