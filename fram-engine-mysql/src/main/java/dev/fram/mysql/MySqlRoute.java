// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

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
import dev.fram.api.engine.Source;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.probe.SourceProbe;
import dev.fram.api.probe.TargetProbe;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.ClientPath;
import dev.fram.mysql.apply.MySqlApplier;
import dev.fram.mysql.apply.NativeApplier;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.check.MySqlChecks;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.copy.MySqlCopier;
import dev.fram.mysql.gate.SparedAccounts;
import dev.fram.mysql.inventory.MySqlInventory;
import dev.fram.mysql.journal.CloneMark;
import dev.fram.mysql.journal.MySqlJournal;
import dev.fram.mysql.measure.MySqlDigestProbe;
import dev.fram.mysql.measure.MySqlSourceProbe;
import dev.fram.mysql.measure.MySqlTargetProbe;
import dev.fram.mysql.probe.MySqlClientPath;
import dev.fram.mysql.repair.MySqlRepairer;
import dev.fram.mysql.replica.Replica;
import dev.fram.mysql.replica.ReplicaAccount;
import dev.fram.mysql.schema.MySqlSchemaTransfer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Two servers and everything that works between them. Usable from any thread. */
final class MySqlRoute implements Route {
  private final Connector sourceServer;
  private final Connector targetServer;
  private final RouteRequest request;
  private final Catalog catalog;
  private final MigrationId id;
  private final Optional<CloneMark.Noted> cloned;
  private final MySqlSource source;
  private final MySqlTarget target;
  private final MySqlSchemaTransfer schema;
  private final AtomicReference<Optional<MySqlBackRoute>> back =
      new AtomicReference<>(Optional.empty());

  private MySqlRoute(Connector source, Connector target, RouteRequest request) {
    this.sourceServer = source;
    this.targetServer = target;
    this.request = request;
    this.catalog = new Catalog(request.scope(), source.databases());
    MySqlJournal journal = new MySqlJournal(target);
    this.cloned = journal.cloned();
    this.id =
        journal
            .load()
            .map(MigrationRecord::id)
            .or(() -> cloned.map(CloneMark.Noted::id))
            .orElseGet(() -> MigrationId.random(new SecureRandom()));
    this.source =
        new MySqlSource(
            source,
            MySqlSource.Part.OLD,
            id,
            new MySqlSource.Content(
                catalog,
                request.tableOptions(),
                MySqlInventory.ofSource(source, catalog, request.scope(), request.schemaOptions()),
                spared(request, id),
                request.nativeFeed().isPresent()
                    ? MySqlSource.Follower.REPLICA
                    : MySqlSource.Follower.FRAM,
                cloned.flatMap(CloneMark.Noted::position)),
            Optional.of(new StraySetup(source, id, journal::feedPosition)));
    this.target = new MySqlTarget(target, journal, catalog, replicaAccount(request, source, id));
    this.schema =
        new MySqlSchemaTransfer(
            source,
            target,
            catalog,
            request.schemaOptions(),
            cloned.isPresent()
                ? MySqlSchemaTransfer.Origin.CLONED
                : MySqlSchemaTransfer.Origin.MADE);
  }

  private static Optional<ReplicaAccount> replicaAccount(
      RouteRequest request, Connector source, MigrationId id) {
    return request.nativeFeed().map(feed -> new ReplicaAccount(source, id));
  }

  /** Accounts that stay open when the source is closed: the replica still needs its own. */
  private static SparedAccounts spared(RouteRequest request, MigrationId id) {
    List<String> named = new ArrayList<>(request.providerAccounts());
    request.nativeFeed().ifPresent(feed -> named.add(ReplicaAccount.named(id).toString()));
    return SparedAccounts.named(named);
  }

  static MySqlRoute open(RouteRequest request) {
    Connector source = new Connector(request.source(), "source");
    Connector target = new Connector(request.target(), "target");
    requireSameNames(source, target);
    try {
      return new MySqlRoute(source, target, request);
    } catch (RuntimeException e) {
      source.closeAll();
      target.closeAll();
      throw e;
    }
  }

  private static void requireSameNames(Connector source, Connector target) {
    if (!target.databases().isEmpty() && !target.databases().equals(source.databases())) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "A database keeps its name: the source names "
              + source.databases()
              + ", the target "
              + target.databases()
              + ".",
          "Leave the database out of the target's URI.");
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
    Set<MySqlChecks.About> about = EnumSet.noneOf(MySqlChecks.About.class);
    request.nativeFeed().ifPresent(feed -> about.add(MySqlChecks.About.REPLICA));
    if (cloned.isPresent()) {
      about.add(MySqlChecks.About.CLONED);
    } else {
      request.serverClone().ifPresent(wish -> about.add(MySqlChecks.About.CLONE));
    }
    return MySqlChecks.of(
        sourceServer,
        targetServer,
        request.scope(),
        request.schemaOptions(),
        spared(request, id),
        about);
  }

  @Override
  public Optional<Fence> serverCopied() {
    return cloned.flatMap(CloneMark.Noted::position).map(at -> new Fence.Exact(at.text()));
  }

  @Override
  public SchemaTransfer schema() {
    Servers.requireOneProduct(source.server(), target.server());
    return schema;
  }

  @Override
  public ClientPath clientPath(Endpoint path) {
    return new MySqlClientPath(path, sourceServer, targetServer);
  }

  @Override
  public SourceProbe sourceProbe() {
    return new MySqlSourceProbe(sourceServer);
  }

  @Override
  public DigestProbe sourceDigests() {
    return new MySqlDigestProbe(sourceServer);
  }

  @Override
  public DigestProbe targetDigests() {
    return new MySqlDigestProbe(targetServer);
  }

  @Override
  public TargetProbe targetProbe() {
    return new MySqlTargetProbe(targetServer);
  }

  @Override
  public ChunkCopier copier(long epoch) {
    target.close(epoch);
    return new MySqlCopier(sourceServer, targetServer, epoch);
  }

  @Override
  public Applier applier(long epoch, TouchedRows touched) {
    MySqlApplier.Plan plan =
        new MySqlApplier.Plan(request.ddlPolicy(), source.cascades(), source.cascading(), catalog);
    if (request.nativeFeed().isPresent()) {
      NativeApplier applier =
          NativeApplier.open(
              targetServer, plan, replica(request.nativeFeed().get()), epoch, touched);
      target.applies(applier.session());
      return applier;
    }
    MySqlApplier applier = MySqlApplier.open(targetServer, plan, epoch, touched);
    target.applies(applier.session());
    return applier;
  }

  private Replica replica(NativeFeed feed) {
    Address standard = new Address(request.source().host(), sourceServer.port());
    return new Replica(
        new ReplicaAccount(sourceServer, id), feed.source().orElse(standard), source.replicated());
  }

  @Override
  public Repairer repairer(long epoch) {
    return MySqlRepairer.open(targetServer, epoch);
  }

  @Override
  public void startAt(long epoch, Position from) {
    target.journal().restartFeed(epoch, from);
  }

  @Override
  public synchronized Optional<Route> back() {
    if (back.get().isEmpty()) {
      MySqlBackRoute.Ends ends =
          new MySqlBackRoute.Ends(sourceServer, source.server(), targetServer, target);
      back.set(Optional.of(new MySqlBackRoute(ends, catalog, request, id)));
    }
    return back.get().map(way -> way);
  }

  @Override
  public void close() {
    back.get().ifPresent(MySqlBackRoute::close);
    source.close();
    target.close();
    sourceServer.closeAll();
    targetServer.closeAll();
  }
}
