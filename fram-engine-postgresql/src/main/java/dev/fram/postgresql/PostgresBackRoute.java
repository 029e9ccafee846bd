// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.change.Position;
import dev.fram.api.check.Check;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChunkCopier;
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
import dev.fram.postgresql.apply.PostgresApplier;
import dev.fram.postgresql.apply.Touches;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.check.PostgresChecks;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.digest.Terms;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.inventory.PostgresInventory;
import dev.fram.postgresql.probe.PostgresClientPath;
import dev.fram.postgresql.schema.PostgresSchemaTransfer;
import dev.fram.postgresql.schema.ReturnTransfer;
import java.util.List;
import java.util.Optional;

/** The way back: from the new server to the old one. Usable from any thread. */
final class PostgresBackRoute implements Route {
  private final Ends ends;
  private final RouteRequest request;
  private final MigrationId id;
  private final Terms terms;
  private final PostgresSource source;
  private final FormerSource target;
  private final ReturnTransfer schema;

  /**
   * Both servers as the way there knows them.
   *
   * @param former the old server
   * @param formerInfo who it is
   * @param served the new one
   * @param keeper keeps the journal and the lease: the new server
   * @param schema how the schema came there
   */
  record Ends(
      Connector former,
      ServerInfo formerInfo,
      Connector served,
      PostgresTarget keeper,
      PostgresSchemaTransfer schema) {}

  PostgresBackRoute(Ends ends, RouteRequest request, MigrationId id) {
    this.ends = ends;
    this.request = request;
    this.id = id;
    this.terms = new Terms(ends.served(), ends.former());
    this.source =
        new PostgresSource(
            ends.served(),
            new PostgresSource.Feeding(FeedName.back(id), Optional::empty),
            new Catalog(request.scope()),
            request.tableOptions(),
            terms,
            PostgresInventory.ofSource(ends.served(), request.scope(), request.schemaOptions()));
    this.target = new FormerSource(ends.former(), id, ends.formerInfo(), ends.keeper(), terms);
    this.schema = new ReturnTransfer(ends.served(), ends.former(), id, ends.schema()::sequences);
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
    return PostgresChecks.back(
        ends.served(),
        ends.former(),
        request.scope(),
        request.schemaOptions(),
        request.tableOptions());
  }

  @Override
  public SchemaTransfer schema() {
    return schema;
  }

  @Override
  public ClientPath clientPath(Endpoint path) {
    return new PostgresClientPath(path, ends.former(), ends.served()).reversed();
  }

  @Override
  public ChunkCopier copier(long epoch) {
    throw nothingCopied();
  }

  @Override
  public Applier applier(long epoch, TouchedRows touched) {
    target.claim(epoch);
    return PostgresApplier.openBack(
        ends.former(), id, epoch, new Touches(touched, terms.keys()::known));
  }

  @Override
  public Repairer repairer(long epoch) {
    throw nothingCopied();
  }

  @Override
  public void startAt(long epoch, Position from) {
    target.startAt(epoch, from);
  }

  /** Its own sessions; the connections belong to the way there. */
  @Override
  public void close() {
    source.close();
    target.close();
    schema.close();
    terms.close();
  }

  private static FramException nothingCopied() {
    return new FramException(ErrorCode.UNSUPPORTED, "Nothing is copied on the way back.", "");
  }
}
