// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.model.TableOptions;
import java.util.Optional;

/**
 * A table as the catalog shows it.
 *
 * @param id its name
 * @param oid its object id on this server
 * @param kind {@code pg_class.relkind}: r, p or f
 * @param persistence {@code pg_class.relpersistence}: p or u
 * @param inherits whether it is a partition or an inheritance child
 * @param rows the planner's estimate; -1 when it has none
 * @param bytes size of its data with TOAST, without indexes
 */
public record CatalogTable(
    TableId id, long oid, char kind, char persistence, boolean inherits, long rows, long bytes) {

  /** The bond of all, where they are copied from one state. */
  private static final String ALL_TABLES = "all";

  /** What the core needs to know of it. */
  public Table toTable(TableOptions options) {
    Table.Transfer transfer = transfer(options);
    boolean together =
        transfer == Table.Transfer.COPY_AND_FOLLOW && options.states() == TableOptions.States.ONE;
    return new Table(
        id, rows, bytes, transfer, together ? Optional.of(ALL_TABLES) : Optional.empty());
  }

  private Table.Transfer transfer(TableOptions options) {
    if (kind != 'r') {
      return Table.Transfer.DEFINITION_ONLY;
    }
    // Changes to unlogged tables are not in the log (manual, CREATE TABLE).
    return persistence == 'u' || options.copiesAtCutover(id)
        ? Table.Transfer.COPY_AT_CUTOVER
        : Table.Transfer.COPY_AND_FOLLOW;
  }
}
