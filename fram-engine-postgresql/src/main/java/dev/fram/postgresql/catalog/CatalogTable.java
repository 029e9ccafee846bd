// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.model.TableOptions;

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

  /** What the core needs to know of it. */
  public Table toTable(TableOptions options) {
    return new Table(id, rows, bytes, transfer(options));
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
