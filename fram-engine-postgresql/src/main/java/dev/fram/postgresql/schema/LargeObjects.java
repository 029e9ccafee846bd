// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.postgresql.connection.Quoting;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Large objects are not in the feed: both sides' fingerprints are compared and what differs is
 * copied, in advance and once more under the gate. The oid is kept, because tables refer to it.
 */
final class LargeObjects {
  static final String BEFORE = "large-objects-before";
  private static final int PIECE = 256 * 1024;

  /**
   * @param digest of the content
   * @param grants {@code grantee|privilege|grantable} of each grant
   */
  record LargeObject(String digest, String owner, String grants, Optional<String> comment) {}

  private final Connection source;
  private final Connection target;

  LargeObjects(Connection source, Connection target) {
    this.source = source;
    this.target = target;
  }

  /** What was on the target before Fram came is never touched. */
  static void remember(Connection target) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT COALESCE(string_agg(oid::text, ','), '') FROM pg_largeobject_metadata")) {
      rows.next();
      ArchiveStore.record(target, BEFORE, rows.getString(1));
    }
  }

  static Set<Long> before(Connection target) throws SQLException {
    Set<Long> oids = new HashSet<>();
    for (String oid : ArchiveStore.detail(target, BEFORE).orElse("").split(",", -1)) {
      if (!oid.isEmpty()) {
        oids.add(Long.parseLong(oid));
      }
    }
    return oids;
  }

  /** Makes the target's equal to the source's; returns how many differed. */
  int transfer(boolean owners, boolean grants) throws SQLException {
    Map<Long, LargeObject> wanted = read(source);
    Map<Long, LargeObject> there = wanted.isEmpty() ? Map.of() : read(target);
    int changed = 0;
    for (Map.Entry<Long, LargeObject> entry : wanted.entrySet()) {
      LargeObject other = there.get(entry.getKey());
      if (other == null || !other.digest().equals(entry.getValue().digest())) {
        copy(entry.getKey(), other != null);
        changed++;
      }
      if (!sameLabels(entry.getValue(), other, owners, grants)) {
        label(entry.getKey(), entry.getValue(), owners, grants);
      }
    }
    Set<Long> before = before(target);
    for (Long oid : oids(target)) {
      if (!wanted.containsKey(oid) && !before.contains(oid)) {
        unlink(target, oid);
        changed++;
      }
    }
    return changed;
  }

  static void unlink(Connection connection, long oid) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT lo_unlink(" + oid + ")");
    }
  }

  private static boolean sameLabels(
      LargeObject wanted, @Nullable LargeObject other, boolean owners, boolean grants) {
    return other != null
        && (!owners || other.owner().equals(wanted.owner()))
        && (!grants || other.grants().equals(wanted.grants()))
        && Objects.equals(other.comment(), wanted.comment());
  }

  static Set<Long> oids(Connection connection) throws SQLException {
    Set<Long> oids = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT oid FROM pg_largeobject_metadata")) {
      while (rows.next()) {
        oids.add(rows.getLong(1));
      }
    }
    return oids;
  }

  private static Map<Long, LargeObject> read(Connection connection) throws SQLException {
    Map<Long, LargeObject> found = new TreeMap<>();
    try (Statement statement = connection.createStatement()) {
      boolean pages;
      try (ResultSet rows =
          statement.executeQuery("SELECT has_table_privilege('pg_largeobject', 'SELECT')")) {
        rows.next();
        pages = rows.getBoolean(1);
      }
      String digest =
          pages
              ? "(SELECT md5(COALESCE(string_agg(p.pageno || ':' || md5(p.data), ','"
                  + " ORDER BY p.pageno), '')) FROM pg_largeobject p WHERE p.loid = m.oid)"
              : "md5(lo_get(m.oid))";
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT m.oid, "
                  + digest
                  + ", pg_get_userbyid(m.lomowner), COALESCE((SELECT string_agg("
                  + "  CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END"
                  + "  || '|' || a.privilege_type || '|' || a.is_grantable, E'\\n' ORDER BY 1)"
                  + "  FROM aclexplode(m.lomacl) a), ''),"
                  + " obj_description(m.oid, 'pg_largeobject')"
                  + " FROM pg_largeobject_metadata m ORDER BY 1")) {
        while (rows.next()) {
          found.put(
              rows.getLong(1),
              new LargeObject(
                  rows.getString(2),
                  rows.getString(3),
                  rows.getString(4),
                  Optional.ofNullable(rows.getString(5))));
        }
      }
    }
    return found;
  }

  private void copy(long oid, boolean replace) throws SQLException {
    if (replace) {
      unlink(target, oid);
    }
    try (Statement statement = target.createStatement()) {
      statement.execute("SELECT lo_create(" + oid + ")");
    }
    try (PreparedStatement read = source.prepareStatement("SELECT lo_get(?::oid, ?, ?)");
        PreparedStatement write = target.prepareStatement("SELECT lo_put(?::oid, ?, ?)")) {
      long offset = 0;
      byte[] piece = piece(read, oid, offset);
      while (piece.length > 0) {
        write.setLong(1, oid);
        write.setLong(2, offset);
        write.setBytes(3, piece);
        write.execute();
        offset += piece.length;
        piece = piece(read, oid, offset);
      }
    }
  }

  private static byte[] piece(PreparedStatement read, long oid, long offset) throws SQLException {
    read.setLong(1, oid);
    read.setLong(2, offset);
    read.setInt(3, PIECE);
    try (ResultSet rows = read.executeQuery()) {
      rows.next();
      return rows.getBytes(1);
    }
  }

  private void label(long oid, LargeObject object, boolean owners, boolean grants)
      throws SQLException {
    List<String> statements = new ArrayList<>();
    String name = "LARGE OBJECT " + oid;
    if (owners) {
      statements.add("ALTER " + name + " OWNER TO " + Quoting.identifier(object.owner()));
    }
    if (grants && !object.grants().isEmpty()) {
      for (String grant : object.grants().split("\n", -1)) {
        int privilege = grant.lastIndexOf('|', grant.lastIndexOf('|') - 1);
        String grantee = grant.substring(0, privilege);
        String[] rest = grant.substring(privilege + 1).split("\\|", -1);
        statements.add(
            "GRANT "
                + rest[0]
                + " ON "
                + name
                + " TO "
                + (grantee.isEmpty() ? "PUBLIC" : Quoting.identifier(grantee))
                + (rest[1].equals("true") ? " WITH GRANT OPTION" : ""));
      }
    }
    statements.add(
        "COMMENT ON " + name + " IS " + object.comment().map(Quoting::literal).orElse("NULL"));
    try (Statement statement = target.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
