// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.TableMap;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The target's tables as the feed's layouts meet them. The log does not say everything of a column;
 * the target's own catalog does, because its schema is the source's at this very position. Owned by
 * the applier's thread.
 */
final class Tables {
  private final String server;
  private final Map<TableId, TableMap> layouts = new HashMap<>();
  private final Map<TableId, TargetTable> bound = new HashMap<>();

  Tables(String server) {
    this.server = server;
  }

  /** Every XA transaction brings its tables' layouts again, for it may come before them all. */
  boolean knows(TableMap layout) {
    return layout.equals(layouts.get(layout.table()));
  }

  void layout(TableMap layout) {
    layouts.put(layout.table(), layout);
    bound.remove(layout.table());
  }

  /** The schema has changed: every table is looked at again. */
  void forget() {
    bound.clear();
  }

  /**
   * @throws FramException SCHEMA_DRIFT when the target's table is not what the log describes
   */
  TargetTable bind(TableId table, Connection connection) throws SQLException {
    TargetTable known = bound.get(table);
    if (known != null) {
      return known;
    }
    TableMap layout = layouts.get(table);
    if (layout == null) {
      throw new FramException(
          ErrorCode.FEED_INVALID,
          "The feed has a row of " + table + " before its layout.",
          "Report this.");
    }
    CatalogTable found =
        Catalog.table(connection, table).orElseThrow(() -> drift(table, "is not there"));
    check(layout, found);
    TargetTable fresh = new TargetTable(found);
    bound.put(table, fresh);
    return fresh;
  }

  private void check(TableMap layout, CatalogTable found) {
    TableId table = layout.table();
    int columns = found.columns().size();
    if (layout.columns().size() != columns) {
      throw drift(table, "has " + columns + " columns, the log has " + layout.columns().size());
    }
    for (int i = 0; i < columns; i++) {
      String name = found.columns().get(i).name();
      String type = found.columns().get(i).type().name();
      if (!layout.names().isEmpty() && !layout.names().get(i).equalsIgnoreCase(name)) {
        throw drift(table, "has column " + name + " where the log has " + layout.names().get(i));
      }
      if (!TypeFit.fits(layout.columns().get(i).type(), type)) {
        throw drift(table, "has column " + name + " of another type (" + type + ") than the log");
      }
    }
  }

  private FramException drift(TableId table, String what) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        server + ": table " + table + " " + what + ".",
        "Make the target's table like the source's, or run fram cancel and begin again.");
  }
}
