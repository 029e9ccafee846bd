// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.change.Position;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.digest.MySqlStandingRows;
import dev.fram.mysql.digest.MySqlTargetMoment;
import dev.fram.mysql.digest.TableDigester;
import dev.fram.mysql.gate.ClosedServer;
import dev.fram.mysql.gate.Closing;
import dev.fram.mysql.gate.SourceSeal;
import dev.fram.mysql.gate.Turnstile;
import dev.fram.mysql.inventory.MySqlInventory;
import dev.fram.mysql.journal.FeedRow;
import dev.fram.mysql.journal.HandOverRegister;
import dev.fram.mysql.journal.ReverseRecord;
import dev.fram.mysql.schema.ReturnTransfer;
import java.util.List;
import java.util.Optional;

/**
 * The old server, where the new one's writes arrive. The story stays where it is; here is only the
 * position, in a row of its own, and what was put aside. Usable from any thread.
 */
final class FormerSource implements Target, AutoCloseable {
  private final Connector old;
  private final MigrationId id;
  private final ServerInfo server;
  private final Target keeper;
  private final Catalog catalog;
  private final ReturnTransfer schema;
  private final SharedSession session;

  /**
   * @param server who it is
   * @param keeper keeps the journal and the lease: the new server
   * @param schema what it has put aside here
   */
  FormerSource(
      Connector old,
      MigrationId id,
      ServerInfo server,
      Target keeper,
      Catalog catalog,
      ReturnTransfer schema) {
    this.old = old;
    this.id = id;
    this.server = server;
    this.keeper = keeper;
    this.catalog = catalog;
    this.schema = schema;
    this.session = new SharedSession(old, "former source");
  }

  @Override
  public ServerInfo server() {
    return server;
  }

  @Override
  public JournalStore journal() {
    return keeper.journal();
  }

  @Override
  public Optional<Lease> lease(String holder) {
    return keeper.lease(holder);
  }

  @Override
  public Optional<String> leaseHolder() {
    return keeper.leaseHolder();
  }

  @Override
  public void open(long epoch) {
    Turnstile.alone(
        old,
        "opening the old server",
        c -> {
          HandOverRegister register = new HandOverRegister(id);
          register.requireNoLater(c, epoch);
          ClosedServer closed = new ClosedServer(c, old.name());
          closed.admitFram();
          register.reopen(c, epoch);
          closed.open();
          return 0;
        });
  }

  @Override
  public List<ObjectFact> objects(int other) {
    return MySqlInventory.ofTarget(old, catalog).read();
  }

  @Override
  public TargetMoment moment(Reveal shown) {
    return MySqlTargetMoment.take(old, FeedRow.back(id), shown);
  }

  @Override
  public StandingRows standing(List<Table> expected) {
    return MySqlStandingRows.open(old);
  }

  @Override
  public TableDigest digest(TableId table) {
    return TableDigester.digest(old, table);
  }

  /**
   * Where the old server serves, it is as it was; where it has handed over it stays closed, now to
   * Fram too. That is done last, so it is done also where the rest was done already: whoever did
   * that may have been ended right before it.
   */
  @Override
  public void removeTraces() {
    boolean handedOver =
        session.read("reading the hand-over register", new HandOverRegister(id)::handedOver);
    Optional<String> toEverybody =
        session.read("asking who is kept out", c -> Sql.variable(c, "super_read_only"));
    boolean made =
        // Closed to everybody it cannot be written to, and nothing is left to be removed.
        toEverybody.filter("ON"::equals).isEmpty()
            && session.read("looking for the way back", new ReverseRecord(id)::exists);
    if (made) {
      schema.putAllBack();
      session.read(
          "removing the way back",
          c -> {
            new ReverseRecord(id).remove(c);
            return 0;
          });
    }
    if (handedOver && (made || toEverybody.filter("OFF"::equals).isPresent())) {
      SourceSeal.close(old, c -> Closing.FOR_GOOD);
    }
  }

  /** The new server's writes count from here; what was put aside earlier is in its place again. */
  void startAt(long epoch, Position from) {
    ReverseRecord record = new ReverseRecord(id);
    session.read(
        "preparing the way back",
        c -> {
          record.prepare(c);
          return 0;
        });
    session.write(
        "noting where the way back begins",
        c -> {
          record.startAt(c, epoch, (BinlogPosition) from);
          return 0;
        });
  }

  /** From now on no run of an earlier epoch brings anything. Sees to it that it is closed. */
  void claim(long epoch) {
    Turnstile.alone(
        old,
        "taking over the way back",
        c -> {
          HandOverRegister register = new HandOverRegister(id);
          register.requireNoLater(c, epoch);
          if (register.handedOver(c)) {
            new ClosedServer(c, old.name()).keep();
          }
          new ReverseRecord(id).claim(c, epoch);
          return 0;
        });
  }

  @Override
  public void close() {
    session.close();
  }
}
