// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.engine.SchemaTransfer;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The schema's transfer between two MySQL or two MariaDB servers. Each method opens the sessions it
 * needs and closes them; all state that outlives a call is on the target. Usable from any thread.
 */
public final class MySqlSchemaTransfer implements SchemaTransfer {
  private static final String FINISH = "finish";
  private static final String INDEXES = "indexes";
  private static final String LATE = "late";

  private final SchemaSession source;
  private final SchemaSession target;
  private final Catalog catalog;
  private final Set<SchemaOption> options;
  private final Origin origin;
  private final AtomicReference<Map<TableId, TablePlan>> plans = new AtomicReference<>(Map.of());

  /** Where the target's tables come from. */
  public enum Origin {
    /** Fram makes them. */
    MADE,
    /** They came with a clone of the whole server. */
    CLONED
  }

  public MySqlSchemaTransfer(
      Connector source,
      Connector target,
      Catalog catalog,
      Set<SchemaOption> options,
      Origin origin) {
    this.source = new SchemaSession(source);
    this.target = new SchemaSession(target);
    this.catalog = catalog;
    this.options = Set.copyOf(options);
    this.origin = origin;
  }

  public MySqlSchemaTransfer(
      Connector source, Connector target, Catalog catalog, Set<SchemaOption> options) {
    this(source, target, catalog, options, Origin.MADE);
  }

  @Override
  public void createTables(long epoch, Consumer<String> progress) {
    switch (origin) {
      case MADE -> new TableCreation(source, target, catalog, options).run(epoch, progress);
      case CLONED -> new Adoption(source, target, catalog, options).run(epoch, progress);
    }
    plans.set(Map.of());
  }

  @Override
  public List<IndexJob> indexes(TableId table) {
    Optional<TablePlan> plan = plan(table);
    return plan.isPresent() && !plan.get().indexes().isEmpty()
        ? List.of(new IndexJob(table, names(plan.get().indexes()), INDEXES))
        : List.of();
  }

  @Override
  public List<IndexJob> lateIndexes(TableId table) {
    Optional<TablePlan> plan = plan(table);
    return plan.isPresent() && !plan.get().late().isEmpty()
        ? List.of(new IndexJob(table, names(plan.get().late()), LATE))
        : List.of();
  }

  @Override
  public void build(IndexJob job) {
    TablePlan plan =
        plan(job.table())
            .orElseThrow(() ->
                new FramException(
                    ErrorCode.INTERNAL, job.table() + " is not a table of the schema.", ""));
    target.with(
        "building " + job.name() + " on " + job.table(),
        connection -> {
          if (job.key().equals(LATE)) {
            TableIndexes.buildLate(connection, job.table(), plan);
          } else {
            TableIndexes.build(connection, job.table(), plan);
          }
          return 0;
        });
  }

  /** Whatever nobody asked for by table; then the foreign keys that must be there for apply. */
  @Override
  public void finishIndexes(long epoch) {
    plans().keySet().forEach(table -> indexes(table).forEach(this::build));
    new ForeignKeys(target).addCascading(epoch);
  }

  @Override
  public void analyze(TableId table) {
    target.with(
        "analyzing " + table,
        connection -> {
          Sql.list(connection, "ANALYZE TABLE " + Quoting.table(table), row -> row.getString(1));
          return 0;
        });
  }

  /** Tables that were copied exactly are not asked for their late keys: those come here. */
  @Override
  public void addConstraints(long epoch, Consumer<String> progress) {
    plans().keySet().forEach(table -> lateIndexes(table).forEach(this::build));
    new ForeignKeys(target).addAll(epoch, progress);
  }

  @Override
  public void prepareFinish(long epoch) {
    new Programs(source, target, catalog, options).sync(epoch, note -> {});
    new Events(source, target, catalog, options).sync(epoch);
    triggers().prepare(epoch);
    counters(epoch);
  }

  @Override
  public void finish(long epoch) {
    target.insisting(
        epoch,
        "creating triggers",
        connection -> {
          ObjectStore.record(connection, FINISH);
          triggers().make(connection, epoch);
          return 0;
        });
    counters(epoch);
  }

  private void counters(long epoch) {
    source.with(
        "reading counters",
        from ->
            target.insisting(
                epoch,
                "raising counters",
                to -> {
                  Counters.sequences(ObjectStore.made(to, Kind.SEQUENCE), from, to);
                  return Counters.raise(ObjectStore.made(to, Kind.TABLE), from, to);
                }));
  }

  @Override
  public void undoFinish(long epoch) {
    triggers().undo(epoch);
    target.fenced(
        epoch,
        "taking triggers away again",
        connection -> {
          ObjectStore.forget(connection, FINISH);
          // Enabled where the target has served once.
          Events.disable(target, connection, catalog);
          return 0;
        });
  }

  /**
   * Lets the application in, as far as the schema can: accounts unlocked, events with the state
   * they had. For the opening of the target, after the hand-over only. Idempotent.
   *
   * @return what could not be done, for people
   */
  public List<String> open(long epoch) {
    return target.fenced(
        epoch,
        "unlocking accounts and enabling events",
        connection -> {
          if (!ObjectStore.exists(connection)) {
            return List.<String>of();
          }
          List<String> notes = Events.open(target, connection);
          Accounts.open(connection);
          return notes;
        });
  }

  @Override
  public List<String> afterOpening(long epoch) {
    return open(epoch);
  }

  @Override
  public void drop(long epoch) {
    target.insisting(
        epoch,
        "dropping what was made",
        connection -> {
          SchemaDrop.run(connection);
          return 0;
        });
    plans.set(Map.of());
  }

  private Triggers triggers() {
    return new Triggers(source, target, catalog, options);
  }

  private static String names(List<TablePart> keys) {
    return String.join(", ", keys.stream().map(TablePart::name).toList());
  }

  private Optional<TablePlan> plan(TableId table) {
    return Optional.ofNullable(plans().get(table));
  }

  private Map<TableId, TablePlan> plans() {
    Map<TableId, TablePlan> known = plans.get();
    return known.isEmpty() ? load() : known;
  }

  private Map<TableId, TablePlan> load() {
    Map<TableId, TablePlan> found = new TreeMap<>();
    target
        .with("reading the schema", c -> ObjectStore.made(c, Kind.TABLE))
        .forEach(table -> found.put(table.id(), TableCreation.plan(table)));
    plans.set(found);
    return found;
  }
}
