// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.SchemaMark;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SharedSession;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The schema's transfer between two PostgreSQL servers. Each method opens the connections it needs
 * and closes them, but for one session on the source that the cutover uses; all state that outlives
 * a call is on the target. Usable from any thread.
 */
public final class PostgresSchemaTransfer implements SchemaTransfer {
  private final Connector source;

  /** Open before the gate closes: a login behind it would keep the writers waiting. */
  private final SharedSession atCutover;

  private final TargetScript target;
  private final Scope scope;
  private final Set<SchemaOption> options;
  private final TargetGuards guards;
  private final Connector targetServer;
  private final Origin origin;
  private final SchemaWatch watch;
  private final AtomicReference<Optional<LoadedSchema>> loaded =
      new AtomicReference<>(Optional.empty());

  /** Where the target's tables come from. */
  public enum Origin {
    /** Fram makes them. */
    MADE,
    /** They came with a base backup. */
    BASED
  }

  /** With tables that Fram makes. */
  public PostgresSchemaTransfer(
      Connector source,
      Connector target,
      Scope scope,
      Set<SchemaOption> options,
      TargetGuards guards) {
    this(source, target, scope, options, guards, Origin.MADE);
  }

  public PostgresSchemaTransfer(
      Connector source,
      Connector target,
      Scope scope,
      Set<SchemaOption> options,
      TargetGuards guards,
      Origin origin) {
    this.targetServer = target;
    this.origin = origin;
    this.source = source;
    this.atCutover = new SharedSession(source, "schema");
    this.target = new TargetScript(target);
    this.scope = scope;
    this.options = Set.copyOf(options);
    this.guards = guards;
    this.watch = new SchemaWatch(source, this.target, scope, this.options);
  }

  @Override
  public void createTables(long epoch, Consumer<String> progress) {
    TableCreation creation = new TableCreation(source, target, scope, options, guards);
    remember(
        switch (origin) {
          case MADE -> creation.run(epoch, progress);
          case BASED ->
              new Adoption(creation, source, targetServer, target, scope, guards)
                  .run(epoch, progress);
        });
  }

  @Override
  public List<IndexJob> indexes(TableId table) {
    return schema().indexes().of(table);
  }

  @Override
  public void build(IndexJob job) {
    schema().indexes().build(job);
  }

  @Override
  public void finishIndexes(long epoch) {
    LoadedSchema schema = schema();
    schema.indexes().buildRemaining();
    once(epoch, "rest", "finishing indexes", schema.plan().rest());
  }

  @Override
  public void analyze(TableId table) {
    target.transaction(
        "analyzing " + table,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute("ANALYZE " + Quoting.table(table));
          }
        });
  }

  @Override
  public void addConstraints(long epoch, Consumer<String> progress) {
    new ForeignKeys(schema(), target).add(epoch, progress);
    new MaterializedViews(schema(), target).refresh(progress);
  }

  @Override
  public void prepareFinish(long epoch) {
    Finish finish = new Finish(atCutover, target, schema(), options);
    finish.prepare(epoch, scope);
    watch.requireEqual(schema(), tools());
    // What finish() asks while writers wait has been asked once in its session.
    atCutover.read("looking at the schema", SchemaMark::read);
  }

  @Override
  public void finish(long epoch) {
    new Finish(atCutover, target, schema(), options).run(epoch, watch);
  }

  /**
   * After the hand-over, before the target opens: large objects that were written when the gate
   * could not stop it. Does nothing where no schema was transferred.
   */
  public void lastLook(long epoch) {
    new LateLargeObjects(atCutover, target, options).bringOver(epoch);
  }

  /** The sequences that came with the schema. */
  public List<TableId> sequences() {
    return schema().facts().relations("S").stream().map(SourceFacts.Relation::id).toList();
  }

  @Override
  public void undoFinish(long epoch) {
    LoadedSchema schema = schema();
    target.fenced(
        epoch,
        "taking triggers and rules away again",
        connection -> {
          Finish.undo(connection, schema, target);
          return true;
        });
  }

  @Override
  public List<String> afterOpening(long epoch) {
    List<String> open = new ArrayList<>(new ForeignKeys(schema(), target).validate(epoch));
    open.addAll(new MaterializedViews(schema(), target).refresh(progress -> {}));
    open.addAll(watch.afterwards(schema(), tools()));
    return open;
  }

  @Override
  public void drop(long epoch) {
    guards.beforeDrop();
    new SchemaDrop(source, target, options).run(epoch);
    loaded.set(Optional.empty());
  }

  /** Restores entries in one transaction, once. */
  private void once(long epoch, String step, String doing, List<TocEntry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    String script = schema().archive().script(entries);
    target.fenced(
        epoch,
        doing,
        connection -> {
          if (ArchiveStore.detail(connection, step).isEmpty()) {
            TargetScript.run(connection, script);
            ArchiveStore.record(connection, step, "");
          }
          return step;
        });
  }

  private LoadedSchema schema() {
    Optional<LoadedSchema> known = loaded.get();
    return known.orElseGet(() -> remember(LoadedSchema.load(target, tools(), options)));
  }

  private LoadedSchema remember(LoadedSchema schema) {
    loaded.set(Optional.of(schema));
    return schema;
  }

  private ClientTools tools() {
    return ServerMajors.of(source, target).tools();
  }
}
