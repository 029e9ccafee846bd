// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

import dev.fram.api.engine.Fingerprint;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Sql;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What tables look like, so that a change is noticed: PostgreSQL's log does not carry DDL.
 * Secondary indexes are left out on purpose: the application may add some while it is migrated.
 */
public final class Fingerprints {
  /** The storage part under a lock: one parameter, the quoted table name. */
  public static final String STORAGE_OF =
      "SELECT " + node("t::oid") + " FROM (SELECT ?::regclass AS t) x";

  private static final String EVERY =
      """
      SELECT n.nspname, c.relname,
        concat_ws('|', c.oid, c.relkind, c.relpersistence, {identity}, c.relrowsecurity,
          c.relpartbound::text,
          (SELECT string_agg(i.inhparent::text, ',' ORDER BY i.inhseqno)
             FROM pg_inherits i WHERE i.inhrelid = c.oid),
          (SELECT string_agg(concat_ws(' ', a.attnum, quote_ident(a.attname),
                    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
                    a.attidentity, a.attcollation), ',' ORDER BY a.attnum)
             FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
          (SELECT string_agg(concat_ws(' ', i.indkey, i.indisprimary, {index},
                    i.indimmediate, i.indisvalid), ',' ORDER BY i.indexrelid)
             FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
             WHERE i.indrelid = c.oid AND (i.indisprimary OR {index}))),
      """
          + storage("c.oid")
          + Catalog.USER_TABLES;

  private static final String ALL = every("c.relreplident::text", "i.indisreplident");

  /** What Fram has changed itself counts as what it was: nobody has altered the table. */
  private static final String ALL_BUT_OURS =
      every(
          "coalesce((SELECT f.was " + IdentityRegister.IN_FORCE + "), c.relreplident::text)",
          "coalesce((SELECT f.was_index = x.relname "
              + IdentityRegister.IN_FORCE
              + "), i.indisreplident)");

  private Fingerprints() {}

  private static String every(String identity, String index) {
    return EVERY.replace("{identity}", identity).replace("{index}", index);
  }

  private static String all(Connection connection, String and) throws SQLException {
    return (IdentityRegister.exists(connection) ? ALL_BUT_OURS : ALL) + and;
  }

  /**
   * File node and, after a bar, the transactions that wrote the columns' catalog rows: an ALTER ..
   * TYPE .. USING to the same type leaves no other trace, and the log has nothing of it.
   */
  private static String storage(String oid) {
    return node(oid)
        + " || '|' || (SELECT md5(coalesce(string_agg(a.xmin::text, ',' ORDER BY a.attnum), ''))"
        + " FROM pg_attribute a WHERE a.attnum > 0 AND a.attrelid = "
        + oid
        + ")";
  }

  private static String node(String oid) {
    return "(" + oid + ")::bigint || '/' || coalesce(pg_relation_filenode(" + oid + "), 0)";
  }

  /** The part that {@link #STORAGE_OF} tells. */
  public static String nodeOf(Fingerprint look) {
    return look.storage().replaceFirst("\\|.*", "");
  }

  /** Every table a user may own. */
  public static Map<TableId, Fingerprint> all(Connection connection) throws SQLException {
    Map<TableId, Fingerprint> found = new TreeMap<>();
    Sql.list(connection, all(connection, ""), row -> Map.entry(id(row), print(row)))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  /** One table; empty when there is none of that name. Wants a transaction of its own. */
  public static Optional<Fingerprint> of(Connection connection, TableId table) throws SQLException {
    return Sql.first(
        connection,
        all(connection, " AND n.nspname = ? AND c.relname = ?"),
        Fingerprints::print,
        table.schema(),
        table.name());
  }

  private static TableId id(ResultSet row) throws SQLException {
    return new TableId(row.getString(1), row.getString(2));
  }

  private static Fingerprint print(ResultSet row) throws SQLException {
    return new Fingerprint(hash(row.getString(3)), row.getString(4));
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
