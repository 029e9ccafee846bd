// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.change.Position;
import dev.fram.api.check.Check;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.DigestProbe;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.engine.Source;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.api.model.TableOptions;
import dev.fram.api.probe.SourceProbe;
import dev.fram.api.probe.TargetProbe;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.ClientPath;
import dev.fram.postgresql.apply.NativeApplier;
import dev.fram.postgresql.apply.PostgresApplier;
import dev.fram.postgresql.apply.Touches;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.check.PostgresChecks;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.copy.PostgresCopier;
import dev.fram.postgresql.digest.Terms;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.gate.TargetGuard;
import dev.fram.postgresql.inventory.PostgresInventory;
import dev.fram.postgresql.journal.BaseMark;
import dev.fram.postgresql.journal.PostgresJournal;
import dev.fram.postgresql.measure.PostgresDigestProbe;
import dev.fram.postgresql.measure.PostgresSourceProbe;
import dev.fram.postgresql.measure.PostgresTargetProbe;
import dev.fram.postgresql.probe.PostgresClientPath;
import dev.fram.postgresql.repair.PostgresRepairer;
import dev.fram.postgresql.replica.ConnectionText;
import dev.fram.postgresql.replica.Replica;
import dev.fram.postgresql.replica.ReplicaRole;
import dev.fram.postgresql.replica.Turnstile;
import dev.fram.postgresql.schema.PostgresSchemaTransfer;
import dev.fram.postgresql.schema.TargetGuards;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two servers and everything that works between them. Usable from any thread. */
final class PostgresRoute implements Route {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresRoute.class);
  private static final int PORT = 5432;

  private final Connector sourceServer;
  private final Connector targetServer;
  private final RouteRequest request;
  private final Optional<BaseMark.Noted> based;
  private final MigrationId id;
  private final TargetGuard guard;
  private final Terms terms;
  private final PostgresSource source;
  private final PostgresTarget target;
  private final PostgresSchemaTransfer schema;
  private final AtomicReference<Optional<PostgresBackRoute>> back =
      new AtomicReference<>(Optional.empty());
  private final Set<TableId> discarded = ConcurrentHashMap.newKeySet();

  private PostgresRoute(Connector source, Connector target, RouteRequest request) {
    this.sourceServer = source;
    this.targetServer = target;
    this.request = request;
    PostgresJournal journal = new PostgresJournal(target);
    this.based = journal.based();
    this.id =
        journal
            .load()
            .map(MigrationRecord::id)
            .or(() -> based.map(BaseMark.Noted::id))
            .orElseGet(() -> MigrationId.random(new SecureRandom()));
    this.guard = new TargetGuard(id);
    this.terms = new Terms(source, target);
    this.source =
        new PostgresSource(
            source,
            new PostgresSource.Feeding(
                FeedName.of(id),
                () -> baseStart().filter(start -> journal.feedPosition().isEmpty())),
            new Catalog(request.scope()),
            request.tableOptions(),
            terms,
            PostgresInventory.ofSource(source, request.scope(), request.schemaOptions()));
    this.schema =
        new PostgresSchemaTransfer(
            source,
            target,
            request.scope(),
            request.schemaOptions(),
            guards(),
            based.isPresent()
                ? PostgresSchemaTransfer.Origin.BASED
                : PostgresSchemaTransfer.Origin.MADE);
    this.target =
        new PostgresTarget(
            target,
            journal,
            guard,
            schema::lastLook,
            terms,
            request.nativeFeed().map(feed -> new ReplicaRole(source, id)));
  }

  private Optional<Lsn> baseStart() {
    return based.flatMap(BaseMark.Noted::start);
  }

  static PostgresRoute open(RouteRequest request) {
    request.requireCloneOf(Optional.of(ServerClone.Kind.BASE_BACKUP));
    if (request.serverClone().isPresent() && request.nativeFeed().isPresent()) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "--copy=base-backup and --feed=native exclude each other.",
          "Leave --feed=native out: the subscription begins with a slot of its own.");
    }
    boolean one = request.tableOptions().states() == TableOptions.States.ONE;
    if (one && request.nativeFeed().isEmpty()) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "--one-snapshot is for MySQL and MariaDB.",
          "Leave it out: on PostgreSQL what each table's copy has seen is known exactly, without a"
              + " lock.");
    }
    Connector source = new Connector(request.source(), "source");
    Connector target = new Connector(request.target(), "target");
    try {
      return new PostgresRoute(source, target, request);
    } catch (RuntimeException e) {
      source.closeAll();
      target.closeAll();
      throw e;
    }
  }

  @Override
  public Source source() {
    return source;
  }

  @Override
  public Target target() {
    return target;
  }

  @Override
  public MigrationId id() {
    return id;
  }

  @Override
  public List<Check> checks() {
    Set<PostgresChecks.About> about = EnumSet.noneOf(PostgresChecks.About.class);
    request.nativeFeed().ifPresent(feed -> about.add(PostgresChecks.About.SUBSCRIPTION));
    if (based.isPresent()) {
      about.add(PostgresChecks.About.BASED);
    } else {
      request.serverClone().ifPresent(wish -> about.add(PostgresChecks.About.BASE_BACKUP));
    }
    return PostgresChecks.of(sourceServer, targetServer, request, about);
  }

  @Override
  public Optional<Fence> serverCopied() {
    // All that the slot sends was not in the backup: the first xid of a server is 3 (transam.h).
    return based.map(noted -> new Fence.Exact("3:3:"));
  }

  @Override
  public SchemaTransfer schema() {
    return schema;
  }

  @Override
  public ClientPath clientPath(Endpoint path) {
    return new PostgresClientPath(path, sourceServer, targetServer);
  }

  @Override
  public SourceProbe sourceProbe() {
    return new PostgresSourceProbe(sourceServer);
  }

  @Override
  public DigestProbe sourceDigests() {
    return new PostgresDigestProbe(sourceServer, terms);
  }

  @Override
  public DigestProbe targetDigests() {
    return new PostgresDigestProbe(targetServer, terms);
  }

  @Override
  public TargetProbe targetProbe() {
    return new PostgresTargetProbe(targetServer);
  }

  @Override
  public ChunkCopier copier(long epoch) {
    return new PostgresCopier(sourceServer, targetServer, guard, epoch);
  }

  @Override
  public Applier applier(long epoch, TouchedRows touched) {
    Touches touches = new Touches(touched, terms.keys()::known);
    // The way there once more, after a rollback, is Fram's own feed.
    Optional<Turnstile.Told> told = target.subscriptionTold();
    boolean over = told.filter(Turnstile.Told::ended).isPresent();
    if (request.nativeFeed().isPresent() && !over) {
      // The worker finds a row by what the log names it by, and the target has to name it so, too.
      new Identities(targetServer, new Catalog(request.scope()), request.tableOptions())
          .set(source.tables(), LOG::info);
      return NativeApplier.open(
          targetServer, id, replica(request.nativeFeed().get()), epoch, touches);
    }
    if (told.isPresent() && !over) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "This migration was begun with --feed=native: the target follows by a subscription.",
          "Give --feed=native again, or run fram cancel and begin anew.");
    }
    source.forgetSubscription();
    new Recopy(source, target.journal(), () -> copier(epoch), epoch, touches).run();
    return PostgresApplier.open(targetServer, id, epoch, discarded, touches);
  }

  private Replica replica(NativeFeed feed) {
    Address standard = new Address(request.source().host(), request.source().port());
    Address address = feed.source().orElse(standard).orPort(PORT);
    return new Replica(
        new ReplicaRole(sourceServer, id),
        ConnectionText.of(request.source(), address),
        FeedName.of(id));
  }

  @Override
  public Repairer repairer(long epoch) {
    return PostgresRepairer.open(targetServer, id, epoch);
  }

  @Override
  public void startAt(long epoch, Position from) {
    target.journal().restartFeed(epoch, from);
  }

  @Override
  public synchronized Optional<Route> back() {
    if (back.get().isEmpty()) {
      PostgresBackRoute.Ends ends =
          new PostgresBackRoute.Ends(sourceServer, source.server(), targetServer, target, schema);
      back.set(Optional.of(new PostgresBackRoute(ends, request, id)));
    }
    return back.get().map(way -> way);
  }

  @Override
  public void close() {
    back.get().ifPresent(PostgresBackRoute::close);
    source.close();
    target.close();
    terms.close();
    sourceServer.closeAll();
    targetServer.closeAll();
  }

  private TargetGuards guards() {
    return new TargetGuards() {
      @Override
      public void install(Connection connection) throws SQLException {
        guardAll(connection);
      }

      @Override
      public void afterAdoption() {
        new Identities(targetServer, new Catalog(request.scope()), request.tableOptions())
            .putBack();
      }

      @Override
      public void beforeDrop() {
        target.giveUpSubscription();
      }
    };
  }

  private void guardAll(Connection connection) throws SQLException {
    List<TableId> tables =
        new Catalog(request.scope())
            .tables(connection).stream()
                .filter(table -> table.kind() != 'f')
                .map(CatalogTable::id)
                .toList();
    guard.install(connection, tables);
  }
}
