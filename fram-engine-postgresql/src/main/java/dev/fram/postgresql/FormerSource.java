// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

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
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.digest.PostgresStandingRows;
import dev.fram.postgresql.digest.PostgresStandingRows.Side;
import dev.fram.postgresql.digest.PostgresTargetMoment;
import dev.fram.postgresql.digest.TableDigester;
import dev.fram.postgresql.digest.Terms;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.gate.HandOverRegister;
import dev.fram.postgresql.gate.ReverseRecord;
import dev.fram.postgresql.gate.SourceGuard;
import dev.fram.postgresql.inventory.PostgresInventory;
import dev.fram.postgresql.journal.FeedRow;
import java.util.List;
import java.util.Optional;

/**
 * The old server, where the new one's writes arrive. The story stays where it is; here is only the
 * position, in a row of its own. Usable from any thread.
 */
final class FormerSource implements Target, AutoCloseable {
  private final Connector old;
  private final MigrationId id;
  private final ServerInfo server;
  private final Target keeper;
  private final Terms terms;
  private final SharedSession session;

  /**
   * @param server who it is
   * @param keeper keeps the journal and the lease: the new server
   * @param terms what the readers of both servers have to do alike
   */
  FormerSource(Connector old, MigrationId id, ServerInfo server, Target keeper, Terms terms) {
    this.old = old;
    this.id = id;
    this.server = server;
    this.keeper = keeper;
    this.terms = terms;
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
    session.write(
        "opening the old server",
        c -> {
          new HandOverRegister(id).reopen(c, epoch);
          return 0;
        });
  }

  @Override
  public List<String> afterOpening() {
    List<TableId> left = session.read("removing the guards", new SourceGuard(id)::removeDisarmed);
    return left.isEmpty() ? List.of() : List.of(PostgresTarget.leftGuarded(old.name(), left));
  }

  @Override
  public List<ObjectFact> objects(int other) {
    return PostgresInventory.ofTarget(old).read(other);
  }

  @Override
  public TargetMoment moment(Reveal shown) {
    return PostgresTargetMoment.take(old, FeedRow.back(id), shown, terms);
  }

  @Override
  public StandingRows standing(List<Table> expected) {
    return PostgresStandingRows.open(
        old, Side.TARGET, expected.stream().map(Table::id).toList(), terms);
  }

  @Override
  public TableDigest digest(TableId table) {
    return TableDigester.digest(old, table, terms);
  }

  @Override
  public void removeTraces() {
    session.write(
        "removing the way back",
        c -> {
          new ReverseRecord(id).remove(c);
          return 0;
        });
  }

  /** The new server's writes count from here. */
  void startAt(long epoch, Position from) {
    session.write(
        "noting where the way back begins",
        c -> {
          new ReverseRecord(id).startAt(c, epoch, (Lsn) from);
          return 0;
        });
  }

  /** From now on no run of an earlier epoch brings anything. */
  void claim(long epoch) {
    session.write(
        "taking over the way back",
        c -> {
          new ReverseRecord(id).claim(c, epoch);
          return 0;
        });
  }

  @Override
  public void close() {
    session.close();
  }
}
