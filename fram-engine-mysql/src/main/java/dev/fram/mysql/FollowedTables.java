// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.FeedScope;
import dev.fram.mysql.catalog.Catalog;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the feed carries: the tables in scope, less those that are copied while writes are blocked
 * or have no rows of their own. A table that is created later is carried. Immutable.
 */
final class FollowedTables implements FeedScope {
  private final Catalog catalog;
  private final Set<TableId> left;

  /**
   * @param tables the tables in scope as they are now
   */
  FollowedTables(Catalog catalog, Collection<Table> tables) {
    this.catalog = catalog;
    this.left =
        tables.stream()
            .filter(table -> table.transfer() != Table.Transfer.COPY_AND_FOLLOW)
            .map(Table::id)
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public boolean follows(TableId table) {
    return catalog.covers(table) && !left.contains(table);
  }

  @Override
  public boolean covers(String database) {
    return catalog.coversDatabase(database);
  }
}
