// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerCopy;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableOptions;
import dev.fram.postgresql.base.BaseBackupCopy;
import dev.fram.postgresql.base.BaseStart;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.Publication;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The feed's beginning where a base backup is the copy. One call, one thread. */
final class BaseFeed implements BaseStart {
  private final Connector source;
  private final Connector target;
  private final Catalog catalog;
  private final TableOptions options;

  private BaseFeed(Connector source, Connector target, RouteRequest request) {
    this.source = source;
    this.target = target;
    this.catalog = new Catalog(request.scope());
    this.options = request.tableOptions();
  }

  /** The copy of the whole server. Connects to nothing yet. */
  static ServerCopy copy(RouteRequest request) {
    Connector source = new Connector(request.source(), "source");
    Connector target = new Connector(request.target(), "target");
    return BaseBackupCopy.of(source, target, request, new BaseFeed(source, target, request));
  }

  @Override
  public Lsn make(MigrationId id, Consumer<String> progress) {
    List<Table> tables = tables();
    new Identities(source, catalog, options).set(tables, progress);
    return new FeedSetup(source, FeedName.of(id), catalog, progress)
        .prepare(tables, Optional.empty());
  }

  private List<Table> tables() {
    Connection connection = source.open("catalog");
    try {
      return catalog.tables(connection).stream().map(table -> table.toTable(options)).toList();
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "reading the catalog");
    } finally {
      Connector.abort(connection);
    }
  }

  @Override
  public void remove(MigrationId id) {
    Connection connection = source.open("base backup");
    try {
      new ReplicationSlot(source, FeedName.of(id)).drop(connection);
      new Publication(FeedName.of(id)).drop(connection);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "removing the feed");
    } finally {
      Connector.abort(connection);
    }
    new Identities(source, catalog, options).putBack();
  }

  @Override
  public void removeCopies(MigrationId id) {
    Connection connection = target.open("base backup");
    try {
      new Publication(FeedName.of(id)).drop(connection);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "removing what came of the feed");
    } finally {
      Connector.abort(connection);
    }
  }
}
