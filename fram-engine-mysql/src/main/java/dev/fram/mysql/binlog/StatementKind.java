// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a statement in the log is to the feed. */
sealed interface StatementKind {
  int MOST_WORDS = 2_000;

  /** Opens a transaction. */
  record Begin() implements StatementKind {}

  /** Ends a transaction that stays. */
  record Commit() implements StatementKind {}

  /** Ends or cuts back a transaction. */
  record Rollback() implements StatementKind {}

  /** Rows that follow belong to this XA transaction. */
  record XaStart(String xid) implements StatementKind {}

  /** An XA transaction that was prepared earlier becomes visible. */
  record XaCommit(String xid) implements StatementKind {}

  /** An XA transaction that was prepared earlier never happened. */
  record XaRollback(String xid) implements StatementKind {}

  /** Changes neither rows nor definitions that Fram moves. */
  record Nothing() implements StatementKind {}

  /** A table was emptied. */
  record Truncate(TableId table) implements StatementKind {}

  /** Changes rows without saying which: the session has not logged rows. */
  record Dml(Set<String> databases, Optional<TableId> table) implements StatementKind {}

  /** Changes definitions in these databases. */
  record Ddl(Set<String> databases, Optional<TableId> table) implements StatementKind {}

  static StatementKind of(QueryEvent query) {
    List<SqlWords.Word> words = SqlWords.of(query.sql(), MOST_WORDS);
    return switch (SqlWords.first(words)) {
      case "BEGIN" -> new Begin();
      case "COMMIT" -> new Commit();
      case "ROLLBACK" -> new Rollback();
      case "START" -> new Begin();
      case "XA" -> xa(words);
      case "TRUNCATE" -> truncate(query, words);
      case "INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD", "WITH", "CALL", "DO", "SELECT" ->
          new Dml(databases(query, words), table(query, words));
      case "CREATE", "ALTER", "DROP", "RENAME" -> definition(query, words);
      default -> new Nothing();
    };
  }

  private static StatementKind xa(List<SqlWords.Word> words) {
    String verb = words.size() < 2 ? "" : words.get(1).text().toUpperCase(Locale.ROOT);
    return switch (verb) {
      case "START", "BEGIN" -> new XaStart(xid(words));
      case "COMMIT" -> new XaCommit(xid(words));
      case "ROLLBACK" -> new XaRollback(xid(words));
      default -> new Nothing();
    };
  }

  /** {@code X'6162',X'',1}. */
  private static String xid(List<SqlWords.Word> words) {
    List<String> texts =
        words.stream()
            .filter(w -> w.kind() == SqlWords.Kind.STRING)
            .map(SqlWords.Word::text)
            .toList();
    String format = words.get(words.size() - 1).text();
    String branch = texts.size() > 1 ? texts.get(1) : "";
    return xid(format, texts.get(0), branch);
  }

  /** One spelling for an XA transaction's name. */
  static String xid(String format, String globalHex, String branchHex) {
    return format
        + ":"
        + globalHex.toLowerCase(Locale.ROOT)
        + ":"
        + branchHex.toLowerCase(Locale.ROOT);
  }

  static String xid(long format, byte[] global, byte[] branch) {
    return xid(
        Long.toString(format), HexFormat.of().formatHex(global), HexFormat.of().formatHex(branch));
  }

  private static StatementKind truncate(QueryEvent query, List<SqlWords.Word> words) {
    int at = words.size() > 1 && words.get(1).is("TABLE") ? 2 : 1;
    return name(query, words, at)
        .<StatementKind>map(Truncate::new)
        .orElseGet(() -> new Ddl(databases(query, words), Optional.empty()));
  }

  private static StatementKind definition(QueryEvent query, List<SqlWords.Word> words) {
    int at = 1;
    while (at < words.size() && PREFIXES.contains(upper(words, at))) {
      at++;
    }
    String object = upper(words, at);
    if ("TEMPORARY".equals(object) || ACCOUNTS.contains(object)) {
      return new Nothing();
    }
    Optional<TableId> table =
        "TABLE".equals(object) ? single(query, words, at + 1) : Optional.empty();
    return new Ddl(databases(query, words), table);
  }

  /** Words that may stand between CREATE and what is created. */
  Set<String> PREFIXES = Set.of("OR", "REPLACE");

  /** Not in any database. */
  Set<String> ACCOUNTS =
      Set.of("USER", "ROLE", "RESOURCE", "SERVER", "TABLESPACE", "UNDO", "LOGFILE", "INSTANCE");

  private static String upper(List<SqlWords.Word> words, int at) {
    boolean word = at < words.size() && words.get(at).kind() == SqlWords.Kind.WORD;
    return word ? words.get(at).text().toUpperCase(Locale.ROOT) : "";
  }

  /** The one table of a CREATE, ALTER or DROP TABLE; empty when there may be more. */
  private static Optional<TableId> single(QueryEvent query, List<SqlWords.Word> words, int from) {
    int at = from;
    while (Set.of("IF", "NOT", "EXISTS").contains(upper(words, at))) {
      at++;
    }
    boolean several =
        words.stream().skip(at).anyMatch(w -> w.is("RENAME") || w.is("TO"))
            || SqlWords.first(words).equals("RENAME")
            || (SqlWords.first(words).equals("DROP")
                && words.stream().anyMatch(w -> w.symbol(',')));
    return several ? Optional.empty() : name(query, words, at);
  }

  /** The table a statement on rows names first; empty when it is not plain to see. */
  private static Optional<TableId> table(QueryEvent query, List<SqlWords.Word> words) {
    for (int i = 0; i < words.size() - 1; i++) {
      if (words.get(i).is("INTO") || words.get(i).is("FROM") || words.get(i).is("UPDATE")) {
        return name(query, words, i + 1);
      }
    }
    return Optional.empty();
  }

  private static Optional<TableId> name(QueryEvent query, List<SqlWords.Word> words, int at) {
    if (at >= words.size() || !words.get(at).name()) {
      return Optional.empty();
    }
    if (at + 2 < words.size() && words.get(at + 1).symbol('.') && words.get(at + 2).name()) {
      return Optional.of(new TableId(words.get(at).text(), words.get(at + 2).text()));
    }
    return query.database().isEmpty()
        ? Optional.empty()
        : Optional.of(new TableId(query.database(), words.get(at).text()));
  }

  /** What the log says of it; without that, every name in front of a dot, and the default. */
  private static Set<String> databases(QueryEvent query, List<SqlWords.Word> words) {
    if (!query.updated().isEmpty()) {
      return Set.copyOf(query.updated());
    }
    List<String> named = new ArrayList<>();
    for (int i = 0; i + 2 < words.size(); i++) {
      if (words.get(i).name() && words.get(i + 1).symbol('.') && words.get(i + 2).name()) {
        named.add(words.get(i).text());
      }
    }
    Set<String> all = new HashSet<>(named);
    if (all.isEmpty() || !query.database().isEmpty()) {
      all.add(query.database());
    }
    return all;
  }
}
