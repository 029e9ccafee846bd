// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Burden;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Retention;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.engine.Source;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.engine.StrayFeed;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import dev.fram.api.model.TableOptions;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.copy.KeyRanges;
import dev.fram.postgresql.copy.PostgresSnapshot;
import dev.fram.postgresql.digest.LogHorizon;
import dev.fram.postgresql.digest.PostgresSourceMoment;
import dev.fram.postgresql.digest.PostgresStandingRows;
import dev.fram.postgresql.digest.PostgresStandingRows.Side;
import dev.fram.postgresql.digest.TableDigester;
import dev.fram.postgresql.digest.Terms;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.Publication;
import dev.fram.postgresql.feed.ReplicationFeed;
import dev.fram.postgresql.feed.TouchOrder;
import dev.fram.postgresql.gate.HandOverRegister;
import dev.fram.postgresql.gate.LockOrder;
import dev.fram.postgresql.gate.PostgresGate;
import dev.fram.postgresql.inventory.PostgresInventory;
import dev.fram.postgresql.probe.ProbeTable;
import dev.fram.postgresql.replica.Replica;
import dev.fram.postgresql.replica.ReplicaRole;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source. One shared session answers the short questions of any thread; whatever takes long or
 * holds something has a session of its own.
 */
final class PostgresSource implements Source, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresSource.class);

  private final Connector connector;
  private final FeedName feed;
  private final MigrationId id;
  private final Catalog catalog;
  private final TableOptions options;
  private final Terms terms;
  private final PostgresInventory inventory;
  private final SharedSession questions;
  private final LogHorizon horizon = new LogHorizon(this::newXid);
  private final TouchOrder touchOrder = new TouchOrder();
  private final ServerInfo server;
  private final Supplier<Optional<Lsn>> based;

  /**
   * How the log is read.
   *
   * @param name names slot and publication
   * @param based where a slot begins that was made with a base backup, until the feed has begun
   */
  record Feeding(FeedName name, Supplier<Optional<Lsn>> based) {}

  /**
   * @param terms what the readers of both servers have to do alike
   */
  PostgresSource(
      Connector connector,
      Feeding feeding,
      Catalog catalog,
      TableOptions options,
      Terms terms,
      PostgresInventory inventory) {
    this.connector = connector;
    this.based = feeding.based();
    this.feed = feeding.name();
    this.id = feeding.name().id();
    this.catalog = catalog;
    this.options = options;
    this.terms = terms;
    this.inventory = inventory;
    this.questions = new SharedSession(connector, "questions");
    this.server = Servers.describe(connector, questions);
  }

  @Override
  public ServerInfo server() {
    return server;
  }

  @Override
  public List<Table> tables() {
    return questions.read(
        "reading the catalog",
        c -> catalog.tables(c).stream().map(table -> table.toTable(options)).toList());
  }

  @Override
  public List<String> prepareIdentities(List<Table> tables, Consumer<String> progress) {
    return new Identities(connector, catalog, options).set(tables, progress);
  }

  @Override
  public Position prepareFeed(
      List<Table> tables, Optional<Position> recorded, Consumer<String> progress) {
    return new FeedSetup(connector, feed, catalog, progress)
        .prepare(tables, recorded.map(Lsn.class::cast).or(based));
  }

  @Override
  public ChangeFeed openFeed(Position from) {
    return ReplicationFeed.open(
        connector, feed, (Lsn) from, Optional.of(server.identity()), touchOrder);
  }

  @Override
  public Retention retention() {
    ReplicationSlot slot = new ReplicationSlot(connector, feed);
    return questions.read(
        "asking for the slot's state",
        c -> {
          Retention kept = worse(c, slot.retention(c));
          Optional<String> fault = new Publication(feed).fault(c);
          return fault.isPresent() && kept.state() != Retention.State.LOST
              ? new Retention(
                  kept.retainedBytes(), kept.bytesLeft(), Retention.State.LOST, fault.get())
              : kept;
        });
  }

  /** Where the subscription's slot is in danger, that counts. */
  private Retention worse(Connection connection, Retention own) throws SQLException {
    if (states() == TableOptions.States.MANY || !forSubscription().there(connection)) {
      return own;
    }
    Retention other = forSubscription().retention(connection);
    return switch (own.state()) {
      case FINE -> other.state() == Retention.State.FINE ? own : other;
      case ENDANGERED -> other.state() == Retention.State.LOST ? other : own;
      case LOST -> own;
    };
  }

  private TableOptions.States states() {
    return options.states();
  }

  private ReplicationSlot forSubscription() {
    return new ReplicationSlot(connector, Replica.slot(feed));
  }

  @Override
  public List<Burden> burdens() {
    return questions.read(
        "asking what we cost",
        c -> {
          List<Burden> all = new ArrayList<>(Burdens.of(c, feed, connector));
          if (forSubscription().there(c)) {
            all.addAll(Burdens.ofSlot(c, Replica.slot(feed), connector));
          }
          return all;
        });
  }

  @Override
  public Snapshot snapshot(List<Table> tables) {
    return switch (states()) {
      case MANY -> {
        forgetSubscription();
        yield PostgresSnapshot.take(connector, questions, tables, this::mark);
      }
      case ONE ->
          PostgresSnapshot.take(
              connector, questions, tables, this::mark, () -> Optional.of(slotSnapshot()));
    };
  }

  /**
   * What is copied or applied in Fram's own way is not what a slot knows that an earlier run has
   * made for a subscription: none may ever begin with it.
   */
  void forgetSubscription() {
    questions.read(
        "dropping the slot of a subscription",
        c -> {
          forSubscription().drop(c);
          return 0;
        });
  }

  /**
   * The subscription begins where all tables' copy was taken, so its slot is made with the copy,
   * and one of an earlier try, which knows another state, is thrown away.
   */
  private PostgresSnapshot.Given slotSnapshot() {
    Connection connection = connector.open("replica slot");
    boolean done = false;
    Optional<PostgresSnapshot.Given> made = Optional.empty();
    try {
      ReplicationSlot slot = forSubscription();
      slot.drop(connection);
      made = Optional.of(slot.createWithSnapshot(connection, LOG::info));
      // A commit that the slot knows may not be visible to its own snapshot's readers yet.
      XidBarrier.await(connection, LOG::info);
      done = true;
      return made.get();
    } catch (SQLException e) {
      throw SqlErrors.translate(e, connector.name(), "making the subscription's slot");
    } finally {
      if (!done) {
        made.ifPresent(PostgresSnapshot.Given::close);
      }
      Connector.abort(connection);
    }
  }

  /** Waits until every transaction that runs now has ended, and is seen by later snapshots. */
  void awaitOpenTransactions(Consumer<String> progress) {
    Connection connection = connector.open("barrier");
    try {
      XidBarrier.await(connection, progress);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, connector.name(), "waiting for open transactions");
    } finally {
      Connector.abort(connection);
    }
  }

  @Override
  public List<Chunk> keyChunks(Table table, long chunkBytes) {
    return questions.read("cutting " + table.id(), c -> KeyRanges.cut(c, table, chunkBytes));
  }

  @Override
  public Lsn mark() {
    return questions.read(
        "writing a mark",
        c -> {
          // Only what is flushed is decoded; 'local', so that no standby can hold the mark up.
          Sql.run(c, "SET synchronous_commit = local");
          return Lsn.parse(
              Sql.text(c, "SELECT pg_logical_emit_message(true, 'fram', ?)::text", id.value()));
        });
  }

  @Override
  public OptionalLong clockMillis() {
    return OptionalLong.of(
        questions.read(
            "asking for the time",
            c -> Sql.number(c, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")));
  }

  @Override
  public long lagBytes(Position behind) {
    return questions.read(
        "measuring the lag",
        c ->
            Math.max(
                0,
                Sql.number(
                    c,
                    "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), ?::pg_lsn)::bigint",
                    behind.text())));
  }

  @Override
  public Map<TableId, Fingerprint> fingerprints() {
    return questions.read("looking at the tables", catalog::fingerprints);
  }

  @Override
  public List<ObjectFact> objects(int other) {
    return inventory.read(other);
  }

  @Override
  public WriteGate gate(List<Table> tables, Duration budget) {
    Set<TableId> wanted = new HashSet<>();
    tables.forEach(table -> wanted.add(table.id()));
    // Foreign tables hold no data of ours, and cannot be locked.
    List<CatalogTable> gated =
        new ArrayList<>(
            questions.read("reading the catalog", catalog::tables).stream()
                .filter(table -> wanted.contains(table.id()) && table.kind() != 'f')
                .toList());
    // The probe must meet what an application meets.
    gated.addAll(questions.read("looking for the probe's table", ProbeTable::gated));
    questions.write(
        "preparing the hand-over register",
        c -> {
          new HandOverRegister(id).prepare(c);
          return 0;
        });
    List<CatalogTable> ordered =
        questions.read("ordering the tables", c -> LockOrder.of(c, gated, touchOrder));
    PostgresGate.Plan plan = new PostgresGate.Plan(feed, ordered, budget);
    return new PostgresGate(connector, questions, plan, this::mark);
  }

  @Override
  public HandOver handOver() {
    return questions.read("reading the hand-over register", new HandOverRegister(id)::read);
  }

  private long newXid() {
    return questions.read(
        "asking for a transaction id",
        c -> Sql.number(c, "SELECT pg_current_xact_id()::text::bigint"));
  }

  @Override
  public SourceMoment moment(List<Table> tables, Reveal shown) {
    return PostgresSourceMoment.take(
        connector, tables.stream().map(Table::id).toList(), shown, terms, horizon, this::mark);
  }

  @Override
  public StandingRows standing(List<Table> expected) {
    return PostgresStandingRows.open(
        connector, Side.SOURCE, expected.stream().map(Table::id).toList(), terms);
  }

  @Override
  public TableDigest digest(TableId table) {
    return TableDigester.digest(connector, table, terms);
  }

  @Override
  public void dropFeed() {
    questions.read(
        "removing the feed",
        c -> {
          new ReplicationSlot(connector, feed).drop(c);
          forSubscription().drop(c);
          if (!new StraySetup(connector, feed).looks(c)) {
            new Publication(feed).drop(c);
          }
          return 0;
        });
  }

  @Override
  public void prepareStrays(List<Table> tables) {
    new StraySetup(connector, feed).prepare(tables);
  }

  @Override
  public Optional<StrayFeed> openStrays(List<Table> tables) {
    return new StraySetup(connector, feed).open(tables, server.identity());
  }

  @Override
  public void dropStrays() {
    questions.read(
        "removing what looks for stray writes",
        c -> {
          new StraySetup(connector, feed).drop(c);
          return 0;
        });
  }

  @Override
  public void removeTraces() {
    dropStrays();
    dropFeed();
    new Identities(connector, catalog, options).putBack();
    questions.read(
        "removing the hand-over register",
        c -> {
          new HandOverRegister(id).remove(c);
          ReplicaRole.remove(c, id);
          return 0;
        });
  }

  @Override
  public void close() {
    questions.close();
  }
}
