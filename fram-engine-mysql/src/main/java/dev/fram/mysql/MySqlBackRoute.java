// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.change.Position;
import dev.fram.api.check.Check;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.DdlPolicy;
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
import dev.fram.api.model.ServerInfo;
import dev.fram.api.traffic.ClientPath;
import dev.fram.mysql.apply.MySqlApplier;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.check.MySqlChecks;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.gate.SparedAccounts;
import dev.fram.mysql.inventory.MySqlInventory;
import dev.fram.mysql.journal.FeedRow;
import dev.fram.mysql.probe.MySqlClientPath;
import dev.fram.mysql.schema.ReturnTransfer;
import java.util.List;
import java.util.Optional;

/** The way back: from the new server to the old one. Usable from any thread. */
final class MySqlBackRoute implements Route {
  private final Ends ends;
  private final Catalog catalog;
  private final RouteRequest request;
  private final MigrationId id;
  private final MySqlSource source;
  private final ReturnTransfer schema;
  private final FormerSource target;

  /**
   * Both servers as the way there knows them.
   *
   * @param former the old server
   * @param formerInfo who it is
   * @param served the new one
   * @param keeper keeps the journal and the lease: the new server
   */
  record Ends(Connector former, ServerInfo formerInfo, Connector served, MySqlTarget keeper) {}

  MySqlBackRoute(Ends ends, Catalog catalog, RouteRequest request, MigrationId id) {
    this.ends = ends;
    this.catalog = catalog;
    this.request = request;
    this.id = id;
    this.source =
        new MySqlSource(
            ends.served(),
            MySqlSource.Part.NEW,
            id,
            new MySqlSource.Content(
                catalog,
                request.tableOptions(),
                MySqlInventory.ofSource(
                    ends.served(), catalog, request.scope(), request.schemaOptions()),
                SparedAccounts.named(request.providerAccounts()),
                MySqlSource.Follower.FRAM,
                Optional.empty()),
            Optional.empty());
    this.schema = new ReturnTransfer(ends.served(), ends.former(), id, catalog);
    this.target =
        new FormerSource(ends.former(), id, ends.formerInfo(), ends.keeper(), catalog, schema);
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
    return MySqlChecks.back(
        ends.served(),
        ends.former(),
        catalog,
        request.schemaOptions(),
        SparedAccounts.named(request.providerAccounts()));
  }

  @Override
  public SchemaTransfer schema() {
    return schema;
  }

  @Override
  public ClientPath clientPath(Endpoint path) {
    return new MySqlClientPath(path, ends.former(), ends.served()).reversed();
  }

  @Override
  public ChunkCopier copier(long epoch) {
    throw nothingCopied();
  }

  /**
   * Statements that change the schema are left out: a table that has changed refuses the rollback,
   * and Fram's own opening is among them.
   */
  @Override
  public Applier applier(long epoch, TouchedRows touched) {
    target.claim(epoch);
    MySqlApplier.Plan plan =
        new MySqlApplier.Plan(DdlPolicy.IGNORE, source.cascades(), source.cascading(), catalog);
    return MySqlApplier.openBack(ends.former(), FeedRow.back(id), plan, epoch, touched);
  }

  @Override
  public Repairer repairer(long epoch) {
    throw nothingCopied();
  }

  @Override
  public void startAt(long epoch, Position from) {
    target.startAt(epoch, from);
    schema.forgetKept();
  }

  /** Its own sessions; the connections belong to the way there. */
  @Override
  public void close() {
    source.close();
    target.close();
  }

  private static FramException nothingCopied() {
    return new FramException(ErrorCode.UNSUPPORTED, "Nothing is copied on the way back.", "");
  }
}
