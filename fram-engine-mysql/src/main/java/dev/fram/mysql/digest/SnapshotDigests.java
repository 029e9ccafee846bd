// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.engine.BucketDigest;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ColumnDigest;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Span;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Key;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.copy.KeyRanges;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads rows as digests in one session's snapshot. The server computes; of a whole table only the
 * buckets' sums come over. Owned by the moment's thread.
 */
final class SnapshotDigests implements DigestReader {
  /** More in one condition cost the optimizer more than a second statement does. */
  private static final int KEYS_AT_ONCE = 200;

  /** Columns, syntax, functions, aggregates (MySQL error reference). */
  private static final Set<Integer> UNREADABLE =
      Set.of(1052, 1054, 1064, 1109, 1111, 1241, 1305, 1318, 1582, 1630);

  private static final int SHOWN_CHARACTERS = 1000;
  private static final int NO_DATABASE = 1049;
  private static final int NO_TABLE = 1146;

  private final Connection session;
  private final String server;
  private final Set<TableId> known;
  private final Reveal reveal;
  private final Map<TableId, Look> looks = new HashMap<>();

  /**
   * @param session with its snapshot; the caller's
   * @param known tables that were there a moment ago
   */
  SnapshotDigests(Connection session, String server, Set<TableId> known, Reveal reveal) {
    this.session = session;
    this.server = server;
    this.known = Set.copyOf(known);
    this.reveal = reveal;
  }

  /** What is asked of a table. */
  private record Look(TableId id, RowText rows, Optional<KeyText> key, Optional<String> index) {
    static Look of(CatalogTable table) {
      return new Look(
          table.id(),
          new RowText(table),
          KeyText.of(table),
          table.usableKey().filter(Key::sorts).map(Key::name));
    }

    /** By the key's text, which is the same on every version; a row without a key by itself. */
    String bucket(int buckets) {
      return key.map(k -> "CRC32(" + k.sql() + ") % " + buckets)
          .orElseGet(() -> rows.bucket(buckets));
    }

    /** As a condition; empty for all rows. */
    String part(Part part) {
      List<String> all = new ArrayList<>();
      // A comment at the end of what a person has written ends with its line.
      part.where().ifPresent(where -> all.add("(" + where + "\n)"));
      if (part.sample()) {
        all.add(bucket(Part.ALL) + " < " + part.perMyriad());
      }
      return String.join(" AND ", all);
    }

    String from(Optional<String> forced, String condition) {
      return KeyRanges.from(id, forced, condition);
    }

    /** Along the index only for a piece of it: all rows are read faster as they lie. */
    String from(String range, String condition) {
      String both =
          range.isEmpty() || condition.isEmpty()
              ? range + condition
              : "(" + range + ") AND " + condition;
      return from(index.filter(i -> !range.isEmpty()), both);
    }
  }

  /** A piece of work on one table. */
  private interface Work<T> {
    T with(Look look) throws SQLException;
  }

  @Override
  public List<BucketDigest> buckets(Span span, int buckets) {
    return attempt(
        span,
        look -> {
          String sql =
              "SELECT "
                  + look.bucket(buckets)
                  + ", "
                  + look.rows().sums()
                  + look.from(range(span), look.part(span.part()))
                  + " GROUP BY 1";
          return Sql.list(
              session,
              sql,
              row -> {
                Sums sums = Sums.read(Optional.ofNullable(row.getString(3)));
                requireDigests(span.table(), sums.without());
                return new BucketDigest(row.getInt(1), row.getLong(2), sums.high(), sums.low());
              });
        });
  }

  @Override
  public List<RowDigest> rows(Span span, int buckets, Set<Integer> wanted) {
    if (wanted.isEmpty()) {
      return List.of();
    }
    String numbers =
        new TreeSet<>(wanted).stream().map(String::valueOf).collect(Collectors.joining(", "));
    return attempt(
        span,
        look -> {
          String chosen = look.bucket(buckets) + " IN (" + numbers + ")";
          String part = look.part(span.part());
          String from = look.from(range(span), part.isEmpty() ? chosen : chosen + " AND " + part);
          String digest = look.rows().digest();
          return stream(
              look,
              look.key()
                  .map(key -> "SELECT " + key.sql() + ", " + digest + ", 1" + from)
                  .orElse("SELECT '', " + digest + ", COUNT(*)" + from + " GROUP BY 2"));
        });
  }

  @Override
  public List<RowDigest> rows(TableId table, Collection<String> keys) {
    return attempt(
        table,
        look -> {
          List<RowDigest> found = new ArrayList<>();
          List<String> all = List.copyOf(keys);
          for (int i = 0; i < all.size() && look.key().isPresent(); i += KEYS_AT_ONCE) {
            List<String> some = all.subList(i, Math.min(all.size(), i + KEYS_AT_ONCE));
            found.addAll(byKey(look, look.key().get(), some));
          }
          return found;
        });
  }

  private List<RowDigest> byKey(Look look, KeyText key, List<String> keys) throws SQLException {
    String conditions = keys.stream().map(key::condition).collect(Collectors.joining(" OR "));
    String sql =
        "SELECT "
            + key.sql()
            + ", "
            + look.rows().digest()
            + ", 1"
            + look.from(Optional.of(key.index()), conditions);
    // Equal to the collation is not enough.
    Set<String> exactly = new HashSet<>(keys);
    return stream(look, sql).stream().filter(row -> exactly.contains(row.key())).toList();
  }

  @Override
  public List<ColumnDigest> columns(TableId table, String key) {
    return attempt(
        table, look -> look.key().isPresent() ? columns(look, look.key().get(), key) : List.of());
  }

  private List<ColumnDigest> columns(Look look, KeyText text, String key) throws SQLException {
    List<String> asked = new ArrayList<>(List.of(text.sql()));
    look.rows()
        .columns()
        .forEach(column -> {
          asked.add(RowText.digest(column));
          asked.add(
              switch (reveal) {
                case VALUES -> RowText.shown(column, SHOWN_CHARACTERS);
                case DIGESTS_ONLY -> "NULL";
              });
        });
    String sql =
        "SELECT "
            + String.join(", ", asked)
            + look.from(Optional.of(text.index()), text.condition(key));
    return Sql.list(
            session,
            sql,
            row ->
                text.read(row.getString(1)).equals(key)
                    ? columns(look, row)
                    : List.<ColumnDigest>of())
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  private static List<ColumnDigest> columns(Look look, ResultSet row) throws SQLException {
    List<ColumnDigest> columns = new ArrayList<>();
    for (int i = 0; i < look.rows().columns().size(); i++) {
      columns.add(
          new ColumnDigest(
              look.rows().columns().get(i).name(),
              Long.parseUnsignedLong(row.getString(2 * i + 2), 16),
              Optional.ofNullable(row.getString(2 * i + 3))));
    }
    return columns;
  }

  /** Key, digest and number of rows. */
  private List<RowDigest> stream(Look look, String sql) throws SQLException {
    List<RowDigest> found = new ArrayList<>();
    try (Statement statement = Sql.streaming(session);
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        Optional<String> digest = Optional.ofNullable(rows.getString(2));
        requireDigests(look.id(), digest.isPresent() ? 0 : rows.getLong(3));
        String key = rows.getString(1);
        found.add(
            new RowDigest(
                look.key().map(k -> k.read(key)).orElse(""),
                Long.parseUnsignedLong(digest.orElseThrow().substring(0, 16), 16),
                Long.parseUnsignedLong(digest.orElseThrow().substring(16, 32), 16),
                rows.getLong(3)));
      }
    }
    return found;
  }

  private void requireDigests(TableId table, long without) {
    if (without > 0) {
      throw TableDigester.tooLong(server, table, without);
    }
  }

  private static String range(Span span) {
    if (span.range().filter(chunk -> chunk.kind() != Chunk.Kind.KEY).isPresent()) {
      throw new IllegalArgumentException("a span is cut by key");
    }
    return span.range().map(Chunk::range).orElse("");
  }

  /** What a person has written into the statement may be what is wrong with it. */
  private <T> T attempt(Span span, Work<T> work) {
    if (span.part().where().isEmpty()) {
      return attempt(span.table(), work);
    }
    return attempt(
        span.table(),
        look -> {
          try {
            return work.with(look);
          } catch (SQLException e) {
            if (UNREADABLE.contains(e.getErrorCode())) {
              throw new FramException(
                  ErrorCode.CONFIG_INVALID,
                  server + ": --where cannot be run: " + SqlErrors.message(e) + ".",
                  "Write a condition as after WHERE, of columns of " + span.table() + ".",
                  e);
            }
            throw e;
          }
        });
  }

  private <T> T attempt(TableId table, Work<T> work) {
    try {
      return work.with(look(table));
    } catch (SQLException e) {
      throw switch (e.getErrorCode()) {
        // Table, column or index is not what it was.
        case 1049, 1054, 1146, 1176, 1412 -> broken(table, e);
        default -> SqlErrors.translate(e, server, "comparing " + table);
      };
    }
  }

  private Look look(TableId table) throws SQLException {
    Look seen = looks.get(table);
    if (seen != null) {
      return seen;
    }
    pin(table);
    Look fresh =
        Look.of(
            Catalog.table(session, table).orElseThrow(() -> TableDigester.missing(server, table)));
    looks.put(table, fresh);
    return fresh;
  }

  /** From here to the end of the snapshot nobody alters the table. */
  private void pin(TableId table) throws SQLException {
    try {
      Sql.list(session, "SELECT 1 FROM " + Quoting.table(table) + " LIMIT 1", row -> row.getInt(1));
    } catch (SQLException e) {
      boolean never = e.getErrorCode() == NO_TABLE || e.getErrorCode() == NO_DATABASE;
      if (never && !known.contains(table)) {
        throw TableDigester.missing(server, table);
      }
      throw e;
    }
  }

  private FramException broken(TableId table, SQLException e) {
    return new FramException(
        ErrorCode.SNAPSHOT_BROKEN,
        server
            + ": table "
            + table
            + " was altered, emptied or dropped while it was compared ("
            + e.getErrorCode()
            + ").",
        "It is compared again.");
  }
}
