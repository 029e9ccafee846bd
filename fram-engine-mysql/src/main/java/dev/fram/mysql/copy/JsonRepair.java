// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * JSON goes over as text, but a document may hold what text has no form for: dates, decimals,
 * bytes. The source itself says of which documents that is so, in the row they come with; these are
 * asked for again, with the type of each value, and built on the target from typed constants, in
 * the transaction that brought their rows. A document that is newer by then is no harm: only tables
 * with a key are mended, and there its change is replayed. Owned by one thread, for one chunk.
 */
final class JsonRepair {
  private final CopyPlan plan;
  private final List<Integer> documents = new ArrayList<>();
  private final List<Broken> broken = new ArrayList<>();

  /** A document that its text does not say all of: its column, and where its row is. */
  private record Broken(String column, String row) {}

  JsonRepair(CopyPlan plan) {
    this.plan = plan;
    for (int i = 0; i < plan.columns().size() && !plan.key().isEmpty(); i++) {
      if (plan.columns().get(i).form() == CopyColumn.Form.JSON) {
        documents.add(i);
      }
    }
  }

  /** What to select behind the columns; empty or beginning with a comma. */
  String extras() {
    if (documents.isEmpty()) {
      return "";
    }
    String flags = documents.stream().map(i -> ", " + flag(i)).collect(Collectors.joining());
    return flags
        + plan.key().stream()
            .map(column -> ", " + Quoting.identifier(column.name()))
            .collect(Collectors.joining());
  }

  /** Whether the text, read again, would be another document. */
  private String flag(int document) {
    String column = Quoting.identifier(plan.columns().get(document).name());
    String again = "CAST(CAST(" + column + " AS CHAR) AS JSON)";
    return "COALESCE("
        + again
        + " <> "
        + column
        + " OR CAST("
        + again
        + " AS CHAR) <> CAST("
        + column
        + " AS CHAR), 0)";
  }

  /** Looks at the row the stream stands on. */
  void look(RowStream rows) throws SQLException {
    for (int i = 0; i < documents.size(); i++) {
      if (rows.extra(i)[0] == '1') {
        String column = plan.columns().get(documents.get(i)).name();
        broken.add(new Broken(column, row(rows)));
      }
    }
  }

  private String row(RowStream rows) throws SQLException {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < plan.key().size(); i++) {
      Column column = plan.key().get(i);
      byte[] value = rows.extra(documents.size() + i);
      parts.add(Quoting.identifier(column.name()) + " = " + KeyRanges.constant(column, value));
    }
    return String.join(" AND ", parts);
  }

  /** Mends what was found, within the target's open transaction. */
  void mend(Connector source, Connection target) throws SQLException {
    if (broken.isEmpty()) {
      return;
    }
    Connection again = source.open("copy of json");
    try {
      for (Broken each : broken) {
        Sql.run(again, "START TRANSACTION READ ONLY");
        Optional<String> expression =
            JsonTypes.expression(again, plan.table(), each.column, each.row);
        Sql.run(again, "COMMIT");
        if (expression.isPresent()) {
          Sql.run(target, update(each, expression.get()));
        }
      }
    } finally {
      Connector.abort(again);
    }
  }

  /** The same with documents as they are in the snapshot that the rows came from. */
  void mendFrom(Connection snapshot, Connection target) throws SQLException {
    for (Broken each : broken) {
      Optional<String> expression =
          JsonTypes.expression(snapshot, plan.table(), each.column, each.row);
      if (expression.isPresent()) {
        Sql.run(target, update(each, expression.get()));
      }
    }
  }

  /** Times that follow every change of their row are told to stay. */
  private String update(Broken each, String expression) {
    String stay =
        plan.columns().stream()
            .filter(column -> column.form() == CopyColumn.Form.TEXT)
            .map(column -> Quoting.identifier(column.name()))
            .map(name -> ", " + name + " = " + name)
            .collect(Collectors.joining());
    return "UPDATE "
        + Quoting.table(plan.table())
        + " SET "
        + Quoting.identifier(each.column)
        + " = "
        + expression
        + stay
        + " WHERE "
        + each.row;
  }
}
