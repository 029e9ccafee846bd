// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaInPlace;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.journal.HandOverRegister;
import dev.fram.mysql.journal.ReverseRecord;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schema on the way back. The old server has all of it: but a trigger would fire on what is
 * applied there, and an event would run on both sides, so these are put aside while the new server
 * serves. What counts by itself is brought back. Each method opens the sessions it needs; all state
 * that outlives a call is on the old server. Usable from any thread.
 */
public final class ReturnTransfer implements SchemaInPlace {
  private static final Logger LOG = LoggerFactory.getLogger(ReturnTransfer.class);

  private final SchemaSession served;
  private final SchemaSession former;
  private final MigrationId id;
  private final Catalog catalog;

  /**
   * @param served the new server
   * @param former the old one
   * @param catalog what is in scope
   */
  public ReturnTransfer(Connector served, Connector former, MigrationId id, Catalog catalog) {
    this.served = new SchemaSession(served);
    this.former = new SchemaSession(former);
    this.id = id;
    this.catalog = catalog;
  }

  @Override
  public void prepareFinish(long epoch) {
    counters(epoch);
  }

  /** The events' scheduler stands still until the old server opens. */
  @Override
  public void finish(long epoch) {
    former.insisting(
        "putting triggers and events back",
        c -> {
          claim(c, epoch);
          putBack(c, true);
          return 0;
        });
    counters(epoch);
  }

  /** Puts aside what the changes that come must not meet; the first time, too. */
  @Override
  public void undoFinish(long epoch) {
    former.insisting(
        "putting triggers and events aside",
        c -> {
          claim(c, epoch);
          putAside(c);
          return 0;
        });
  }

  @Override
  public List<String> afterOpening(long epoch) {
    forgetKept();
    return List.of();
  }

  /** What was put aside is in its place again, or is somebody else's now. */
  public void forgetKept() {
    former.with(
        "forgetting what was put aside",
        c -> {
          new KeptObjects(c, id).forget();
          return 0;
        });
  }

  /**
   * Where the migration ends: triggers back in their places. Events stay disabled where the server
   * stays closed.
   */
  public void putAllBack() {
    former.insisting(
        "putting triggers back",
        c -> {
          boolean closed = new HandOverRegister(id).handedOver(c);
          if (closed && new KeptObjects(c, id).exist()) {
            putBack(c, false);
          }
          return 0;
        });
    forgetKept();
  }

  private void counters(long epoch) {
    served.with(
        "reading counters",
        from ->
            former.insisting(
                "raising counters",
                to -> {
                  claim(to, epoch);
                  Counters.sequences(ObjectStore.made(from, Kind.SEQUENCE), from, to);
                  return Counters.raise(ObjectStore.made(from, Kind.TABLE), from, to);
                }));
  }

  /** Nobody's work is met: this server has handed over, and no later run was here. */
  private void claim(Connection connection, long epoch) throws SQLException {
    new HandOverRegister(id).requireHandedOver(connection, epoch);
    new ReverseRecord(id).claim(connection, epoch);
  }

  private void putAside(Connection connection) throws SQLException {
    KeptObjects kept = new KeptObjects(connection, id);
    kept.prepare();
    ProgramReader reader = new ProgramReader(catalog, former.name());
    kept.save(reader.triggers(connection));
    kept.save(
        reader.events(connection).stream()
            .filter(event -> event.fact(Fact.STATE).filter("ENABLED"::equals).isPresent())
            .toList());
    Set<TableId> triggers = Triggers.existing(connection);
    for (SchemaObject trigger : kept.of(Kind.TRIGGER)) {
      if (triggers.contains(trigger.id())) {
        Programs.drop(connection, trigger);
      }
    }
    List<TableId> enabled = Events.enabled(connection, catalog);
    for (SchemaObject event : kept.of(Kind.EVENT)) {
      if (enabled.contains(event.id())) {
        Events.alter(former, connection, event, " DISABLE");
      }
    }
  }

  private void putBack(Connection connection, boolean withEvents) throws SQLException {
    KeptObjects kept = new KeptObjects(connection, id);
    if (!kept.exist()) {
      return;
    }
    Set<TableId> there = Triggers.existing(connection);
    for (SchemaObject trigger : kept.of(Kind.TRIGGER)) {
      if (there.contains(trigger.id())) {
        continue;
      }
      try {
        ObjectSettings.make(connection, trigger);
      } catch (SQLException e) {
        throw former.translate(e, "creating " + trigger);
      }
    }
    if (!withEvents) {
      return;
    }
    List<TableId> past = Events.past(connection);
    for (SchemaObject event : kept.of(Kind.EVENT)) {
      if (past.contains(event.id())) {
        LOG.warn("{}: {} stays disabled: its time has passed.", former.name(), event);
      } else {
        Events.alter(former, connection, event, " ENABLE");
      }
    }
  }
}
