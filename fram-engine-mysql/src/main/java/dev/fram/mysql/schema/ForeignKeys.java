// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Foreign keys. Those that cascade exist before the first change is applied: the source's log does
 * not hold what they did, so the target does it itself (ALGORITHMS B4). The others come when all
 * unique keys are there. Under foreign_key_checks=0 adding one reads no row; whether one has
 * orphans is asked afterwards, for the source may have some.
 */
final class ForeignKeys {
  private final SchemaSession target;

  ForeignKeys(SchemaSession target) {
    this.target = target;
  }

  /** Those that write into the child. */
  void addCascading(long epoch) {
    add(epoch, TablePart::cascades, note -> {});
  }

  /** All that are missing. */
  void addAll(long epoch, Consumer<String> progress) {
    add(epoch, key -> true, progress);
    orphans(epoch).forEach(progress);
  }

  private void add(long epoch, Predicate<TablePart> which, Consumer<String> progress) {
    List<SchemaObject> tables =
        target.with("reading the schema", c -> ObjectStore.made(c, Kind.TABLE));
    Set<TableId> made = tables.stream().map(SchemaObject::id).collect(Collectors.toSet());
    for (SchemaObject table : tables) {
      List<TablePart> keys = keys(table).stream().filter(which).toList();
      if (keys.isEmpty()) {
        continue;
      }
      target.insisting(
          epoch,
          "adding foreign keys to " + table.id(),
          connection -> {
            Set<String> there = existing(connection, table.id());
            List<String> clauses = new ArrayList<>();
            for (TablePart key : keys) {
              if (there.contains(TableIndexes.fold(key.name()))) {
                continue;
              }
              if (made.contains(key.references(table.database()))) {
                clauses.add("ADD " + key.text());
              } else {
                progress.accept(
                    "left out by the scope: foreign key "
                        + key.name()
                        + " of "
                        + table.id()
                        + ", which refers to "
                        + key.references(table.database()));
              }
            }
            if (!clauses.isEmpty()) {
              SchemaSession.run(
                  connection,
                  "ALTER TABLE " + Quoting.table(table.id()) + " " + String.join(", ", clauses));
            }
            return clauses.size();
          });
    }
  }

  private static List<TablePart> keys(SchemaObject table) {
    return TableText.parse(table.text()).of(TablePart.Kind.FOREIGN_KEY);
  }

  private static Set<String> existing(Connection connection, TableId table) throws SQLException {
    return Sql.list(
            connection,
            "SELECT constraint_name FROM information_schema.referential_constraints"
                + " WHERE constraint_schema = ? AND table_name = ?",
            row -> TableIndexes.fold(row.getString(1)),
            table.schema(),
            table.name())
        .stream()
        .collect(Collectors.toSet());
  }

  /** A row for each foreign key that has rows without their parent. */
  private List<String> orphans(long epoch) {
    List<SchemaObject> tables =
        target.with("reading the schema", c -> ObjectStore.made(c, Kind.TABLE));
    List<String> found = new ArrayList<>();
    for (SchemaObject table : tables) {
      for (TablePart key : keys(table)) {
        boolean orphans =
            target.fenced(
                epoch,
                "looking for rows without their parent in " + table.id(),
                connection -> hasOrphans(connection, table.id(), key));
        if (orphans) {
          found.add(
              "foreign key "
                  + key.name()
                  + " of "
                  + table.id()
                  + " has rows without their parent, as on the source");
        }
      }
    }
    return found;
  }

  /** MATCH SIMPLE: a row with a NULL in the key has no parent to look for. */
  private static boolean hasOrphans(Connection connection, TableId table, TablePart key)
      throws SQLException {
    Optional<String> query = orphanQuery(table, key);
    if (query.isEmpty() || !existing(connection, table).contains(TableIndexes.fold(key.name()))) {
      return false;
    }
    return Sql.first(connection, query.get(), row -> row.getInt(1)).isPresent();
  }

  static Optional<String> orphanQuery(TableId table, TablePart key) {
    List<String> child = columns(key, " FOREIGN KEY (");
    String outside = SqlText.outside(key.text());
    int references = outside.indexOf(" REFERENCES ");
    int open = outside.indexOf('(', references);
    List<String> parent =
        SqlText.pieces(key.text().substring(open + 1, SqlText.closing(outside, open)));
    if (child.isEmpty() || child.size() != parent.size()) {
      return Optional.empty();
    }
    List<String> given = child.stream().map(column -> "c." + column + " IS NOT NULL").toList();
    List<String> equal = new ArrayList<>();
    for (int i = 0; i < child.size(); i++) {
      equal.add("p." + parent.get(i) + " = c." + child.get(i));
    }
    return Optional.of(
        "SELECT 1 FROM "
            + Quoting.table(table)
            + " c WHERE "
            + String.join(" AND ", given)
            + " AND NOT EXISTS (SELECT 1 FROM "
            + Quoting.table(key.references(table.schema()))
            + " p WHERE "
            + String.join(" AND ", equal)
            + ") LIMIT 1");
  }

  private static List<String> columns(TablePart key, String after) {
    String outside = SqlText.outside(key.text());
    int open = outside.indexOf(after) + after.length() - 1;
    return SqlText.pieces(key.text().substring(open + 1, SqlText.closing(outside, open)));
  }
}
