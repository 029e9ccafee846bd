// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.engine.ApplyMoment;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.mysql.apply.ApplyWatch;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.EndlessWaits;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.digest.MySqlStandingRows;
import dev.fram.mysql.digest.MySqlTargetMoment;
import dev.fram.mysql.digest.TableDigester;
import dev.fram.mysql.gate.ClosedServer;
import dev.fram.mysql.gate.TargetGuard;
import dev.fram.mysql.gate.Turnstile;
import dev.fram.mysql.inventory.MySqlInventory;
import dev.fram.mysql.journal.Epoch;
import dev.fram.mysql.journal.HandOverRegister;
import dev.fram.mysql.journal.MySqlJournal;
import dev.fram.mysql.journal.MySqlLease;
import dev.fram.mysql.replica.ReplicaAccount;
import dev.fram.mysql.replica.ReplicaChannel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The target. Usable from any thread. */
final class MySqlTarget implements Target, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MySqlTarget.class);

  /** What a busy server may take before anybody is asked whether it waits for ever. */
  private static final int ENDLESS_SECONDS = 10;

  private final Connector connector;
  private final MySqlJournal journal;
  private final Catalog catalog;
  private final SharedSession session;
  private final ServerInfo server;
  private final Optional<ReplicaAccount> replica;
  private final AtomicLong applier = new AtomicLong();

  /**
   * @param replica on the source, where this server is to be its replica
   */
  MySqlTarget(
      Connector connector,
      MySqlJournal journal,
      Catalog catalog,
      Optional<ReplicaAccount> replica) {
    this.connector = connector;
    this.replica = replica;
    this.journal = journal;
    this.catalog = catalog;
    this.session = new SharedSession(connector, "target");
    this.server = Servers.describe(connector, session);
  }

  @Override
  public ServerInfo server() {
    return server;
  }

  /**
   * @param session the newest applier's
   */
  void applies(long session) {
    applier.set(session);
  }

  @Override
  public ApplyMoment applyMoment() {
    return session.read("looking at the applier", c -> ApplyWatch.look(c, applier.get()));
  }

  @Override
  public int endEndlessWaits() {
    try (Connection own = connector.open("looking for what waits")) {
      return EndlessWaits.end(own, ENDLESS_SECONDS);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, connector.name(), "looking for what waits");
    }
  }

  @Override
  public MySqlJournal journal() {
    return journal;
  }

  /** Whoever has the lease also sees to it that a target that was closed still is. */
  @Override
  public Optional<Lease> lease(String holder) {
    Optional<Lease> lease = MySqlLease.tryTake(connector, holder);
    boolean guarded = false;
    try {
      if (lease.isPresent()) {
        session.read("closing the target again", c -> hasGuard(c) ? guard(c) : 0);
      }
      guarded = true;
      return lease;
    } finally {
      if (!guarded) {
        lease.ifPresent(Lease::close);
      }
    }
  }

  /** Closes the target to applications, before the first row is copied. Idempotent. */
  void close(long epoch) {
    session.write(
        "checking the lease",
        c -> {
          Epoch.check(c, epoch, connector.name());
          return 0;
        });
    session.read("closing the target to applications", this::guard);
  }

  private static boolean hasGuard(Connection c) throws SQLException {
    return Sql.number(
            c,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'guard'")
        > 0;
  }

  // read_only holds for the whole server: not where others work on it.
  private int guard(Connection c) throws SQLException {
    List<String> others =
        Sql.list(
                c,
                "SELECT DISTINCT TABLE_SCHEMA FROM information_schema.TABLES",
                row -> row.getString(1))
            .stream()
            .filter(name -> !Catalog.RESERVED.contains(name) && !catalog.coversDatabase(name))
            .toList();
    if (!others.isEmpty()) {
      LOG.warn(
          "{}: it holds other databases ({}), so it is not made read-only: keep applications away"
              + " from the migrated ones until the cutover.",
          connector.name(),
          String.join(", ", others));
      return 0;
    }
    new TargetGuard(c)
        .close()
        .ifPresent(why ->
            LOG.warn("{}: {}; keep applications away until the cutover.", connector.name(), why));
    return 0;
  }

  @Override
  public Optional<String> leaseHolder() {
    return MySqlLease.holder(connector);
  }

  /** Also where a hand-over had closed it: what was closed then is open again. */
  @Override
  public void open(long epoch) {
    Optional<MigrationId> id = id();
    Turnstile.alone(
        connector,
        "opening the target",
        c -> {
          Epoch.check(c, epoch, connector.name());
          // Nothing comes from the old server any more, whoever starts the replica.
          ReplicaChannel.remove(c, connector.name());
          if (id.isPresent()) {
            HandOverRegister register = new HandOverRegister(id.get());
            if (register.handedOver(c)) {
              // In this order: whoever resumes opens all of it again.
              new ClosedServer(c, connector.name()).open();
              register.reopen(c, epoch);
            }
          }
          new TargetGuard(c).open();
          return 0;
        });
  }

  private Optional<MigrationId> id() {
    return journal.load().map(MigrationRecord::id);
  }

  @Override
  public List<ObjectFact> objects(int other) {
    return MySqlInventory.ofTarget(connector, catalog).read();
  }

  @Override
  public List<String> afterOpening() {
    return replica.flatMap(ReplicaAccount::drop).stream().toList();
  }

  @Override
  public TargetMoment moment(Reveal shown) {
    MySqlTargetMoment moment = MySqlTargetMoment.take(connector, shown);
    if (replica.isPresent() && moment.position().isPresent()) {
      requireStanding(moment);
    }
    return moment;
  }

  /** Rows and position are not written together: a replica that was left alone may be ahead. */
  private void requireStanding(MySqlTargetMoment moment) {
    BinlogPosition recorded = (BinlogPosition) moment.position().orElseThrow();
    boolean stands =
        session.read(
            "asking how far the replica is",
            c -> ReplicaChannel.of(c, connector.name(), recorded).standsAt(recorded));
    if (!stands) {
      moment.close();
      throw new FramException(
          ErrorCode.CONNECTION_LOST,
          connector.name() + ": the replica is farther than what is recorded of it.",
          "It is on its way still; run the same command again.");
    }
  }

  @Override
  public StandingRows standing(List<Table> expected) {
    return MySqlStandingRows.open(connector);
  }

  @Override
  public TableDigest digest(TableId table) {
    return TableDigester.digest(connector, table);
  }

  @Override
  public void removeTraces() {
    Optional<MigrationId> id = id();
    session.read(
        "removing Fram's objects",
        c -> {
          ReplicaChannel.remove(c, connector.name());
          new TargetGuard(c).open();
          if (id.isPresent()) {
            HandOverRegister register = new HandOverRegister(id.get());
            if (register.handedOver(c)) {
              // The old server has taken over again, and the copy here is given up.
              new ClosedServer(c, connector.name()).open();
            }
            register.forget(c);
          }
          dropTables(c);
          return 0;
        });
  }

  /**
   * In one statement, which most servers do as a whole: the journal goes with its database, and
   * whoever is ended before that finds a migration that is to be removed.
   */
  private static void dropTables(Connection c) throws SQLException {
    // This server may be the source of another migration: what that one keeps here stays.
    boolean other =
        Sql.number(
                c,
                "SELECT COUNT(*) FROM information_schema.TABLES"
                    + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'handover'")
            > 0;
    if (!other) {
      Sql.run(c, "DROP DATABASE IF EXISTS fram");
      return;
    }
    List<String> tables =
        Sql.list(
            c,
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'fram'"
                + " AND TABLE_NAME NOT IN ('handover', 'closed', 'reverse_feed', 'kept_object')"
                + " ORDER BY FIELD(TABLE_NAME, 'command', 'migration'), TABLE_NAME",
            row -> "fram." + Quoting.identifier(row.getString(1)));
    if (!tables.isEmpty()) {
      Sql.run(c, "DROP TABLE IF EXISTS " + String.join(", ", tables));
    }
  }

  @Override
  public void close() {
    session.close();
    journal.close();
  }
}
