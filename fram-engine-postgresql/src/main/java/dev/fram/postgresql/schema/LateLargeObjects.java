// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.SharedSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large objects have no trigger: a session that writes nothing else passes the gate where Fram's
 * login may not lock their table, and the closed source in any case. So they are compared once more
 * after the hand-over, and what differs is copied before the target opens.
 */
final class LateLargeObjects {
  private static final Logger LOG = LoggerFactory.getLogger(LateLargeObjects.class);

  /** Somebody who never stops writing to the old server must not keep the new one closed. */
  private static final int LOOKS = 5;

  private final SharedSession source;
  private final TargetScript target;
  private final Set<SchemaOption> options;

  LateLargeObjects(SharedSession source, TargetScript target, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.options = options;
  }

  /**
   * @throws FramException a transient code when the source cannot be asked, unless no large object
   *     was ever copied: the target then need not wait for it
   */
  void bringOver(long epoch) {
    try {
      int changed = look(epoch);
      for (int looks = 1; changed > 0; looks++) {
        LOG.warn("{}: {} large objects came after the freeze; copied", target.name(), changed);
        if (looks == LOOKS) {
          LOG.error("{}: large objects are still written; point their writers here", source.name());
          return;
        }
        changed = look(epoch);
      }
    } catch (FramException e) {
      if (e.category() != ErrorCategory.TRANSIENT || anyCopied()) {
        throw e;
      }
      LOG.warn("{}: not asked for late large objects: {}", source.name(), e.getMessage());
    }
  }

  private int look(long epoch) {
    return source.read(
        "looking for late large objects",
        from ->
            target.fenced(
                epoch,
                "copying late large objects",
                to -> ArchiveStore.exists(to) ? transfer(from, to) : 0));
  }

  private int transfer(Connection from, Connection to) throws SQLException {
    return new LargeObjects(from, to)
        .transfer(
            !options.contains(SchemaOption.NO_OWNER),
            !options.contains(SchemaOption.NO_PRIVILEGES));
  }

  private boolean anyCopied() {
    return target.transaction(
        "looking for large objects",
        to -> {
          Set<Long> copied = new HashSet<>(LargeObjects.oids(to));
          if (ArchiveStore.exists(to)) {
            copied.removeAll(LargeObjects.before(to));
          }
          return !copied.isEmpty();
        });
  }
}
