// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
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

  private final Connector source;
  private final TargetScript target;
  private final Set<SchemaOption> options;

  LateLargeObjects(Connector source, TargetScript target, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.options = options;
  }

  /**
   * @throws FramException a transient code when the source cannot be asked, unless no large object
   *     was ever copied: the target then need not wait for it
   */
  void bringOver(long epoch) {
    try (Connection from = source.open("schema")) {
      int changed = look(epoch, from);
      for (int looks = 1; changed > 0; looks++) {
        LOG.warn("{}: {} large objects came after the freeze; copied", target.name(), changed);
        if (looks == LOOKS) {
          LOG.error("{}: large objects are still written; point their writers here", source.name());
          return;
        }
        changed = look(epoch, from);
      }
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "looking for late large objects");
    } catch (FramException e) {
      if (e.category() != ErrorCategory.TRANSIENT || anyCopied()) {
        throw e;
      }
      LOG.warn("{}: not asked for late large objects: {}", source.name(), e.getMessage());
    }
  }

  private int look(long epoch, Connection from) {
    return target.fenced(
        epoch,
        "copying late large objects",
        to ->
            ArchiveStore.exists(to)
                ? new LargeObjects(from, to)
                    .transfer(
                        !options.contains(SchemaOption.NO_OWNER),
                        !options.contains(SchemaOption.NO_PRIVILEGES))
                : 0);
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
