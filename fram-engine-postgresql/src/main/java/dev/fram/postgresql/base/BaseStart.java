// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.base;

import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.feed.Lsn;
import java.util.function.Consumer;

/** What the way of the changes needs on the source, before the migration has a record. */
public interface BaseStart {
  /**
   * Makes identities, publication and slot; what an earlier try has made is made anew.
   *
   * @return where the slot begins: what was committed there or behind it comes by the feed
   */
  Lsn make(MigrationId id, Consumer<String> progress);

  /** Takes them away again. Idempotent. */
  void remove(MigrationId id);

  /** On the target: what of them came over with the backup. Idempotent. */
  void removeCopies(MigrationId id);
}
