// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.engine.Lease;
import dev.fram.api.engine.Target;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.digest.TableDigester;
import dev.fram.mysql.journal.Epoch;
import dev.fram.mysql.journal.MySqlJournal;
import dev.fram.mysql.journal.MySqlLease;
import java.util.Optional;

/** The target. Usable from any thread. */
final class MySqlTarget implements Target, AutoCloseable {
  private final Connector connector;
  private final MySqlJournal journal;
  private final SharedSession session;
  private final ServerInfo server;

  MySqlTarget(Connector connector, MySqlJournal journal) {
    this.connector = connector;
    this.journal = journal;
    this.session = new SharedSession(connector, "target");
    this.server = Servers.describe(connector, session);
  }

  @Override
  public ServerInfo server() {
    return server;
  }

  @Override
  public MySqlJournal journal() {
    return journal;
  }

  @Override
  public Optional<Lease> lease(String holder) {
    return MySqlLease.tryTake(connector, holder);
  }

  @Override
  public Optional<String> leaseHolder() {
    return MySqlLease.holder(connector);
  }

  /** Nothing on a MySQL target keeps the application out: triggers would hit Fram's own writes. */
  @Override
  public void open(long epoch) {
    session.write(
        "opening the target",
        c -> {
          Epoch.check(c, epoch, connector.name());
          return 0;
        });
  }

  @Override
  public TableDigest digest(TableId table) {
    return TableDigester.digest(connector, table);
  }

  @Override
  public void removeTraces() {
    session.read(
        "removing Fram's objects",
        c -> {
          // This server may be the source of another migration: that one's register stays.
          for (String table :
              Sql.list(
                  c,
                  "SELECT TABLE_NAME FROM information_schema.TABLES"
                      + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME <> 'handover'",
                  row -> row.getString(1))) {
            Sql.run(c, "DROP TABLE IF EXISTS fram." + Quoting.identifier(table));
          }
          boolean empty =
              Sql.number(
                      c,
                      "SELECT COUNT(*) FROM information_schema.TABLES"
                          + " WHERE TABLE_SCHEMA = 'fram'")
                  == 0;
          if (empty) {
            Sql.run(c, "DROP DATABASE IF EXISTS fram");
          }
          return 0;
        });
  }

  @Override
  public void close() {
    session.close();
    journal.close();
  }
}
