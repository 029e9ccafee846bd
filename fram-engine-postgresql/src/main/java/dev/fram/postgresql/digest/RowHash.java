// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.key.ServerText;
import java.sql.Connection;
import java.sql.SQLException;

/** The hash function of a comparison: hexadecimal text in SQL. */
enum RowHash {
  MD5 {
    @Override
    String hex(ServerText form, String text) {
      return "md5(" + form.hashed(text) + ")";
    }
  },
  /** Where a server forbids md5 (FIPS mode since 14). */
  SHA256 {
    @Override
    String hex(ServerText form, String text) {
      return "encode(sha256(" + form.bytes(text) + "), 'hex')";
    }
  };

  abstract String hex(ServerText form, String text);

  /** The first bits of a text's hash; a longer one is cut off. */
  String bits(ServerText form, String text, int bits) {
    return "('x' || " + hex(form, text) + ")::bit(" + bits + ")";
  }

  /** The fastest that a server has. Wants a session in auto-commit mode. */
  static RowHash offeredBy(Connection connection) throws SQLException {
    try {
      Sql.text(connection, "SELECT md5(''::text)");
      return MD5;
    } catch (SQLException e) {
      if (SqlErrors.ended(e)) {
        throw e;
      }
      return SHA256;
    }
  }
}
