// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.model.TableOptions;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.IdentityRegister;
import dev.fram.postgresql.catalog.IdentityWay;
import dev.fram.postgresql.catalog.ReplicaIdentity;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives tables without a usable replica identity one for as long as they are migrated, and puts
 * back what was there. The table's exclusive lock is held for the length of one catalog change;
 * while it is waited for the application's statements wait behind it, so no try takes long. One
 * call, one thread.
 */
final class Identities {
  private static final Logger LOG = LoggerFactory.getLogger(Identities.class);
  private static final int TRIES = 30;

  private final Connector source;
  private final Catalog catalog;
  private final TableOptions options;

  /** What is done to a table under its exclusive lock, in one transaction. */
  @FunctionalInterface
  private interface Change {
    void with(Connection connection) throws SQLException;
  }

  Identities(Connector source, Catalog catalog, TableOptions options) {
    this.source = source;
    this.catalog = catalog;
    this.options = options;
  }

  /**
   * Changes what has to be changed; nothing that could be published as it is.
   *
   * @return what was changed
   */
  List<String> set(List<Table> tables, Consumer<String> progress) {
    Connection connection = source.open("identities");
    try {
      Sql.run(connection, "SET synchronous_commit = local");
      Map<TableId, IdentityWay> wanted = wanted(connection, tables);
      if (wanted.isEmpty()) {
        return List.of();
      }
      IdentityRegister.create(connection);
      List<String> changed = new ArrayList<>();
      for (Map.Entry<TableId, IdentityWay> entry : wanted.entrySet()) {
        TableId table = entry.getKey();
        String clause = clause(entry.getValue());
        locked(
            connection,
            table,
            progress,
            c -> {
              IdentityRegister.remember(c, table, entry.getValue());
              Sql.run(c, alter(table, clause));
            });
        changed.add(table + ": REPLICA IDENTITY " + clause);
        progress.accept(changed.getLast() + " until the migration ends");
      }
      return changed;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "setting replica identities");
    } finally {
      Connector.abort(connection);
    }
  }

  /** After the publication is gone: without an identity a published table's UPDATE would fail. */
  void putBack() {
    Connection connection = source.open("identities");
    try {
      if (!IdentityRegister.exists(connection)) {
        return;
      }
      Sql.run(connection, "SET synchronous_commit = local");
      for (IdentityRegister.Entry entry : IdentityRegister.entries(connection)) {
        putBack(connection, entry);
      }
      IdentityRegister.removeIfEmpty(connection);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "putting replica identities back");
    } finally {
      Connector.abort(connection);
    }
  }

  private void putBack(Connection connection, IdentityRegister.Entry entry) throws SQLException {
    TableId table = entry.table();
    if (!entry.inForce()) {
      IdentityRegister.forget(connection, table);
    } else if (entry.published()) {
      LOG.warn(
          "{}: {} keeps the replica identity that Fram gave it: another publication needs it",
          source.name(),
          table);
    } else {
      locked(
          connection,
          table,
          LOG::info,
          c -> {
            Sql.run(c, alter(table, entry.clause()));
            IdentityRegister.forget(c, table);
          });
    }
  }

  private Map<TableId, IdentityWay> wanted(Connection connection, List<Table> tables)
      throws SQLException {
    Map<TableId, ReplicaIdentity> identities = catalog.identities(connection);
    Map<TableId, IdentityWay> wanted = new TreeMap<>();
    for (Table table : tables) {
      ReplicaIdentity identity = identities.get(table.id());
      if (table.transfer() == Table.Transfer.COPY_AND_FOLLOW && identity != null) {
        IdentityWay way = identity.way(options.allowsIdentityFull(table.id()));
        switch (way) {
          case IdentityWay.Index index -> wanted.put(table.id(), way);
          case IdentityWay.Full full -> wanted.put(table.id(), way);
          case IdentityWay.AsItIs asItIs -> {}
          // The feed's setup refuses it, with what can be done.
          case IdentityWay.None none -> {}
        }
      }
    }
    return wanted;
  }

  private void locked(
      Connection connection, TableId table, Consumer<String> progress, Change change)
      throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        Sql.run(
            connection,
            "BEGIN; SET LOCAL lock_timeout = '1s'; LOCK TABLE ONLY "
                + Quoting.table(table)
                + " IN ACCESS EXCLUSIVE MODE");
        change.with(connection);
        Sql.run(connection, "COMMIT");
        return;
      } catch (SQLException e) {
        Sql.run(connection, "ROLLBACK");
        if (!"55P03".equals(e.getSQLState()) || attempt == TRIES) {
          throw e;
        }
        progress.accept("waiting for a lock on " + table + ", try " + attempt);
        // The application's turn: longer each time, as long as one of its own transactions may be.
        for (int i = 0; i < Math.min(attempt, 20); i++) {
          Pause.briefly(source.name(), "waiting for a lock on " + table);
        }
      }
    }
  }

  private static String alter(TableId table, String clause) {
    return "ALTER TABLE ONLY " + Quoting.table(table) + " REPLICA IDENTITY " + clause;
  }

  private static String clause(IdentityWay way) {
    return way instanceof IdentityWay.Index index
        ? "USING INDEX " + Quoting.identifier(index.name())
        : "FULL";
  }
}
