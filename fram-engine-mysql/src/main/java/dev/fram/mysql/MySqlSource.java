// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

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
import dev.fram.api.traffic.ClientPath;
import dev.fram.mysql.apply.MySqlApplier;
import dev.fram.mysql.binlog.BinlogFeed;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.LogMark;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.catalog.Bonds;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.copy.KeyRanges;
import dev.fram.mysql.copy.MySqlSnapshot;
import dev.fram.mysql.copy.SnapshotLock;
import dev.fram.mysql.digest.MySqlSourceMoment;
import dev.fram.mysql.digest.MySqlStandingRows;
import dev.fram.mysql.digest.TableDigester;
import dev.fram.mysql.gate.ClosedServer;
import dev.fram.mysql.gate.Closing;
import dev.fram.mysql.gate.MySqlGate;
import dev.fram.mysql.gate.SourceSeal;
import dev.fram.mysql.gate.SparedAccounts;
import dev.fram.mysql.inventory.MySqlInventory;
import dev.fram.mysql.journal.HandOverRegister;
import dev.fram.mysql.journal.ReverseRecord;
import dev.fram.mysql.probe.ProbeTable;
import dev.fram.mysql.replica.ReplicaAccount;
import dev.fram.mysql.replica.ReplicaChannel;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The source. One shared session answers the short questions of any thread; whatever takes long or
 * holds something has a session of its own.
 */
final class MySqlSource implements Source, AutoCloseable {
  private static final String ALL_TABLES = "all tables";

  private final Connector connector;
  private final Part part;
  private final MigrationId id;
  private final Catalog catalog;
  private final TableOptions options;
  private final MySqlInventory inventory;
  private final SparedAccounts spared;
  private final Follower follower;
  private final Optional<BinlogPosition> cloned;
  private final Optional<StraySetup> strays;
  private final SharedSession questions;
  private final ServerInfo server;
  private final LogNeed need = new LogNeed();
  private final RandomGenerator random = new SecureRandom();

  /** Which of the two servers it is. */
  enum Part {
    OLD,
    NEW
  }

  /**
   * What of it belongs to the migration.
   *
   * @param spared accounts that stay open when it is closed
   * @param cloned what a clone of the whole server holds, where the target was made by one
   */
  record Content(
      Catalog catalog,
      TableOptions options,
      MySqlInventory inventory,
      SparedAccounts spared,
      Follower follower,
      Optional<BinlogPosition> cloned) {}

  /** Who applies what the feed reads. */
  enum Follower {
    FRAM,
    /** The other server's own replica, led by Fram. */
    REPLICA
  }

  /**
   * @param strays looks for writes behind its hand-over
   */
  MySqlSource(
      Connector connector,
      Part part,
      MigrationId id,
      Content content,
      Optional<StraySetup> strays) {
    this.connector = connector;
    this.part = part;
    this.id = id;
    this.catalog = content.catalog();
    this.options = content.options();
    this.inventory = content.inventory();
    this.spared = content.spared();
    this.follower = content.follower();
    this.cloned = content.cloned();
    this.strays = strays;
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
        c -> {
          List<CatalogTable> found = catalog.tables(c);
          Map<TableId, String> bonds = Bonds.logged(c) ? Map.of() : Bonds.of(found);
          return found.stream()
              .map(table -> table.toTable(bond(table, bonds)))
              .map(this::asDecided)
              .toList();
        });
  }

  /** What has one bond is copied from one state. */
  private Optional<String> bond(CatalogTable table, Map<TableId, String> bonds) {
    return switch (options.states()) {
      case MANY -> Optional.ofNullable(bonds.get(table.id()));
      case ONE -> Optional.of(ALL_TABLES);
    };
  }

  /** Whether the log tells what foreign keys do. */
  MySqlApplier.Cascades cascades() {
    return questions.read(
        "asking what the log holds",
        c -> Bonds.logged(c) ? MySqlApplier.Cascades.LOGGED : MySqlApplier.Cascades.UNLOGGED);
  }

  /** Tables whose foreign keys cascade, whether the log tells what they do or not. */
  Set<TableId> cascading() {
    return questions.read("reading the catalog", c -> Bonds.of(catalog.tables(c)).keySet());
  }

  private Table asDecided(Table table) {
    boolean late =
        table.transfer() == Table.Transfer.COPY_AND_FOLLOW && options.copiesAtCutover(table.id());
    return late
        ? new Table(table.id(), table.rows(), table.bytes(), Table.Transfer.COPY_AT_CUTOVER)
        : table;
  }

  @Override
  public Position prepareFeed(
      List<Table> tables, Optional<Position> recorded, Consumer<String> progress) {
    return new FeedSetup(connector, id, progress)
        .prepare(recorded.map(BinlogPosition.class::cast).or(() -> cloned));
  }

  @Override
  public ChangeFeed openFeed(Position from) {
    BinlogPosition start =
        switch (follower) {
          case FRAM -> (BinlogPosition) from;
          case REPLICA -> knownToReplicas((BinlogPosition) from);
        };
    FollowedTables followed = new FollowedTables(catalog, tables());
    ChangeFeed feed = BinlogFeed.open(connector, start, followed, random);
    need.opened(start);
    return new WatchedFeed(feed, need);
  }

  /** MariaDB's replicas are told by GTIDs how far to go: the feed counts them from here on. */
  private BinlogPosition knownToReplicas(BinlogPosition from) {
    return switch (from) {
      case BinlogPosition.Gtids gtids -> gtids;
      case BinlogPosition.File file ->
          questions.read(
              "asking for GTIDs",
              c ->
                  Connector.version(c).isMariaDb()
                      ? SourceLog.known(c, connector.name(), file)
                      : file);
    };
  }

  /** What a replica of it has to bring over, and what it must not. */
  ReplicaChannel.Content replicated() {
    FollowedTables followed = new FollowedTables(catalog, tables());
    return questions.read(
        "looking at what is followed",
        c -> {
          List<TableId> leftOut =
              Sql.list(
                      c,
                      "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES"
                          + " WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')",
                      row -> new TableId(row.getString(1), row.getString(2)))
                  .stream()
                  .filter(table -> followed.covers(table.schema()) && !followed.follows(table))
                  .toList();
          List<String> databases =
              Sql.list(
                      c,
                      "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA",
                      row -> row.getString(1))
                  .stream()
                  .filter(followed::covers)
                  .toList();
          return new ReplicaChannel.Content(databases, leftOut);
        });
  }

  @Override
  public void prepareStrays(List<Table> tables) {
    strays.ifPresent(StraySetup::prepare);
  }

  @Override
  public Optional<StrayFeed> openStrays(List<Table> tables) {
    return strays.flatMap(setup -> setup.open(new FollowedTables(catalog, tables)));
  }

  @Override
  public void dropStrays() {
    strays.ifPresent(StraySetup::drop);
  }

  @Override
  public Retention retention() {
    return questions.read(
        "asking how long the log is kept", c -> LogWatch.retention(c, connector.name(), need));
  }

  @Override
  public List<Burden> burdens() {
    return questions.read("asking what we cost", Burdens::of);
  }

  @Override
  public Snapshot snapshot(List<Table> tables) {
    SnapshotLock lock =
        switch (options.states()) {
          case MANY -> SnapshotLock.TABLES;
          case ONE -> SnapshotLock.SERVER;
        };
    return MySqlSnapshot.open(connector, catalog, tables, lock, random);
  }

  @Override
  public List<Chunk> keyChunks(Table table, long chunkBytes) {
    Connection session = connector.openStreaming("cut");
    try {
      Optional<CatalogTable> found = Catalog.table(session, table.id());
      // Without a key, or changed by others behind the log's back: read from one exact state.
      boolean own = table.bond().isEmpty() && found.flatMap(CatalogTable::usableKey).isPresent();
      return own ? KeyRanges.cut(session, found.orElseThrow(), chunkBytes) : List.of();
    } catch (SQLException e) {
      throw SqlErrors.translate(e, connector.name(), "cutting " + table.id());
    } finally {
      Connector.abort(session);
    }
  }

  @Override
  public BinlogPosition mark() {
    return questions.read("reading the log's end", LogMark::of);
  }

  @Override
  public OptionalLong clockMillis() {
    return OptionalLong.of(
        questions.read(
            "asking for the time",
            c -> Sql.number(c, "SELECT CAST(ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS SIGNED)")));
  }

  @Override
  public long lagBytes(Position behind) {
    return questions.read("measuring the lag", c -> LogEnd.bytesBehind(c, (BinlogPosition) behind));
  }

  @Override
  public Map<TableId, Fingerprint> fingerprints() {
    return questions.read("looking at the tables", catalog::fingerprints);
  }

  @Override
  public List<ObjectFact> objects(int other) {
    return inventory.read();
  }

  @Override
  public WriteGate gate(List<Table> tables, Duration budget) {
    // The probe must meet what an application meets.
    boolean probed = questions.read("looking for the probe's table", ProbeTable::exists);
    List<TableId> locked =
        Stream.concat(
                tables.stream()
                    .filter(table -> table.transfer() != Table.Transfer.DEFINITION_ONLY)
                    .map(Table::id),
                probed ? Stream.of(ClientPath.TABLE) : Stream.empty())
            .sorted()
            .toList();
    questions.read(
        "preparing the hand-over register",
        c -> {
          new HandOverRegister(id).prepare(c);
          new ClosedServer(c, connector.name()).spare(spared);
          return 0;
        });
    return new MySqlGate(
        connector, questions, new MySqlGate.Plan(id, locked, budget, this::closing));
  }

  @Override
  public HandOver handOver() {
    return questions.read("reading the hand-over register", new HandOverRegister(id)::read);
  }

  @Override
  public Optional<Position> seal(long epoch) {
    return Optional.of(
        SourceSeal.close(
            connector,
            session -> {
              new HandOverRegister(id).requireHandedOver(session, epoch);
              return closing(session);
            }));
  }

  /** The new server keeps Fram's state, so that Fram must always be able to write there. */
  private Closing closing(Connection session) throws SQLException {
    return switch (part) {
      case OLD -> new ReverseRecord(id).counts(session) ? Closing.FOR_RETURN : Closing.FOR_GOOD;
      case NEW -> Closing.FOR_RETURN;
    };
  }

  @Override
  public SourceMoment moment(List<Table> tables, Reveal shown) {
    return MySqlSourceMoment.take(connector, tables, shown);
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
    questions.read(
        "removing Fram's objects",
        c -> {
          new HandOverRegister(id).remove(c);
          ReplicaAccount.removeIdle(c, id);
          return 0;
        });
  }

  @Override
  public void close() {
    strays.ifPresent(StraySetup::close);
    questions.close();
  }
}
