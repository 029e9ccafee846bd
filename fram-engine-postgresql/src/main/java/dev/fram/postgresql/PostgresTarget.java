// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.ApplyMoment;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.ApplyWatch;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.digest.PostgresStandingRows;
import dev.fram.postgresql.digest.PostgresStandingRows.Side;
import dev.fram.postgresql.digest.PostgresTargetMoment;
import dev.fram.postgresql.digest.TableDigester;
import dev.fram.postgresql.digest.Terms;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.gate.HandOverRegister;
import dev.fram.postgresql.gate.SourceGuard;
import dev.fram.postgresql.gate.TargetGuard;
import dev.fram.postgresql.gate.TurnstileRemoval;
import dev.fram.postgresql.inventory.PostgresInventory;
import dev.fram.postgresql.journal.Epoch;
import dev.fram.postgresql.journal.PostgresJournal;
import dev.fram.postgresql.journal.PostgresLease;
import dev.fram.postgresql.replica.ReplicaRole;
import dev.fram.postgresql.replica.Subscription;
import dev.fram.postgresql.replica.Turnstile;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The target. Usable from any thread. */
final class PostgresTarget implements Target, AutoCloseable {
  private final Connector connector;
  private final PostgresJournal journal;
  private final TargetGuard guard;
  private final LongConsumer lastLook;
  private final Terms terms;
  private final Optional<ReplicaRole> replica;
  private final SharedSession session;
  private final ServerInfo server;

  /**
   * @param lastLook brings over what the gate could not stop; gets the epoch
   * @param terms what the readers of both servers have to do alike
   * @param replica the role that goes when the target serves, where it follows by a subscription
   */
  PostgresTarget(
      Connector connector,
      PostgresJournal journal,
      TargetGuard guard,
      LongConsumer lastLook,
      Terms terms,
      Optional<ReplicaRole> replica) {
    this.replica = replica;
    this.connector = connector;
    this.journal = journal;
    this.guard = guard;
    this.lastLook = lastLook;
    this.terms = terms;
    this.session = new SharedSession(connector, "target");
    this.server = Servers.describe(connector, session);
  }

  @Override
  public ServerInfo server() {
    return server;
  }

  @Override
  public PostgresJournal journal() {
    return journal;
  }

  @Override
  public Optional<Lease> lease(String holder) {
    return PostgresLease.tryTake(connector, holder);
  }

  @Override
  public ApplyMoment applyMoment() {
    return session.read("looking at the applier", ApplyWatch::look);
  }

  @Override
  public Optional<String> leaseHolder() {
    return PostgresLease.holder(connector);
  }

  @Override
  public void open(long epoch) {
    endSubscription(epoch);
    // Once it is open, what differs from the source is the application's own.
    SourceGuard own = new SourceGuard(guard.id());
    if (session.read("looking at the guards", c -> guard.armed(c) || own.armed(c))) {
      lastLook.accept(epoch);
    }
    // One catalog row opens all tables; removing the triggers takes a lock on each of them.
    session.write(
        "opening the target",
        c -> {
          Epoch.check(c, epoch, connector.name());
          guard.disarm(c);
          new HandOverRegister(guard.id()).reopen(c, epoch);
          return 0;
        });
  }

  /** Nothing comes from the old server any more. */
  private void endSubscription(long epoch) {
    session.read(
        "ending the subscription",
        c -> {
          Epoch.check(c, epoch, connector.name());
          subscription(c).remove();
          return 0;
        });
  }

  private Subscription subscription(Connection connection) {
    return new Subscription(connection, connector.name(), FeedName.of(guard.id()));
  }

  @Override
  public List<String> afterOpening() {
    List<TableId> left = new ArrayList<>(session.read("removing the guards", guard::remove));
    left.addAll(session.read("removing the guards", new SourceGuard(guard.id())::removeDisarmed));
    left.addAll(session.read("removing the turnstile", TurnstileRemoval::remove));
    List<String> notes = new ArrayList<>();
    if (!left.isEmpty()) {
      notes.add(leftGuarded(connector.name(), left));
    }
    replica.flatMap(ReplicaRole::drop).ifPresent(notes::add);
    return notes;
  }

  /** What a subscription was told; empty where there is none and was none. */
  Optional<Turnstile.Told> subscriptionTold() {
    return session.read("asking for the subscription", Turnstile::told);
  }

  /**
   * Before the tables are dropped: the worker may stand in the middle of a transaction, with locks.
   */
  void giveUpSubscription() {
    session.read(
        "ending the subscription",
        c -> {
          subscription(c).remove();
          return 0;
        });
  }

  static String leftGuarded(String server, List<TableId> left) {
    return server
        + ": "
        + left.size()
        + " tables were always in use and keep a trigger fram_guard that lets everything pass,"
        + " first "
        + left.getFirst()
        + "; fram complete removes it.";
  }

  @Override
  public List<ObjectFact> objects(int other) {
    return PostgresInventory.ofTarget(connector).read(other);
  }

  @Override
  public TargetMoment moment(Reveal shown) {
    PostgresTargetMoment moment = PostgresTargetMoment.take(connector, shown, terms);
    if (!moment.stands()) {
      moment.close();
      throw new FramException(
          ErrorCode.CONNECTION_LOST,
          connector.name() + ": the subscription is on its way to where it was told to stand.",
          "Run the same command again when fram migrate has gone on.");
    }
    return moment;
  }

  @Override
  public StandingRows standing(List<Table> expected) {
    return PostgresStandingRows.open(
        connector, Side.TARGET, expected.stream().map(Table::id).toList(), terms);
  }

  @Override
  public TableDigest digest(TableId table) {
    return TableDigester.digest(connector, table, terms);
  }

  @Override
  public void removeTraces() {
    session.read(
        "removing Fram's objects",
        c -> {
          subscription(c).remove();
          List<TableId> left = new ArrayList<>(guard.remove(c));
          left.addAll(TurnstileRemoval.remove(c));
          if (!left.isEmpty()) {
            throw new FramException(
                ErrorCode.LOCK_TIMEOUT,
                connector.name()
                    + ": Fram's triggers could not be removed from "
                    + left.size()
                    + " tables that are always in use, first "
                    + left.getFirst()
                    + ".",
                "End the transactions that hold them, and run the command again.");
          }
          Sql.run(c, "DROP SCHEMA IF EXISTS fram CASCADE");
          return 0;
        });
  }

  @Override
  public void close() {
    session.close();
    journal.close();
  }
}
