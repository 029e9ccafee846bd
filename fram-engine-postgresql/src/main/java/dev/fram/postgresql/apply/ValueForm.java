// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.pgoutput.Tuple;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/** How values stand in a statement's parameters. */
enum ValueForm {
  /** As text, which the driver sends in UTF-8. */
  TEXT {
    @Override
    String parameter(String type) {
      return "?::" + type;
    }

    @Override
    String value(List<Tuple> rows, int column, char delimiter) {
      return ArrayText.of(rows, column, delimiter);
    }
  },
  /**
   * As bytes, for a database in SQL_ASCII: it keeps whatever bytes it was given, and the driver
   * could not send those that are no UTF-8.
   */
  BYTES {
    @Override
    String parameter(String type) {
      return "pg_catalog.convert_from(?::bytea, 'SQL_ASCII')::" + type;
    }

    @Override
    String value(List<Tuple> rows, int column, char delimiter) {
      byte[] bytes = ArrayText.raw(rows, column, delimiter).getBytes(StandardCharsets.ISO_8859_1);
      return "\\x" + HexFormat.of().formatHex(bytes);
    }
  };

  /** The form for the database that a session is in. */
  static ValueForm of(Connection connection) throws SQLException {
    return Connector.keepsAnyBytes(connection) ? BYTES : TEXT;
  }

  /** A parameter of an array type. */
  abstract String parameter(String type);

  /** One column of many rows, for such a parameter; a hole becomes NULL. */
  abstract String value(List<Tuple> rows, int column, char delimiter);
}
