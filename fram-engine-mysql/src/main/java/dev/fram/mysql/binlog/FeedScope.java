// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;

/** What the feed carries. Called by the feed's thread only. */
public interface FeedScope {
  /** Whether a table's rows are followed; asked also for tables that were created just now. */
  boolean follows(TableId table);

  /** Whether changes of definitions in a database concern the migration. */
  boolean covers(String database);
}
