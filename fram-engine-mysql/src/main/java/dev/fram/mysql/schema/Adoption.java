// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.schema.ObjectStore.Made;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The schema where all of it came with a clone of the whole server: what is there counts as made by
 * Fram. It is read from the target, because that is what came; what has changed on the source since
 * is made anew where it may be, and refused where rows depend on it. Triggers and events were taken
 * away when the clone was settled.
 */
final class Adoption {
  private static final String READ = "read";

  private final SchemaSession source;
  private final SchemaSession target;
  private final Catalog catalog;
  private final Set<SchemaOption> options;

  Adoption(SchemaSession source, SchemaSession target, Catalog catalog, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.catalog = catalog;
    this.options = options;
  }

  void run(long epoch, Consumer<String> progress) {
    target.fenced(
        epoch,
        "looking at what the clone has brought",
        connection -> {
          ObjectStore.create(connection);
          if (!ObjectStore.done(connection, READ)) {
            progress.accept("reading the schema that came with the clone");
            store(connection, epoch);
          }
          return 0;
        });
    requireSame();
    new Programs(source, target, catalog, options).sync(epoch, progress);
    new Events(source, target, catalog, options).sync(epoch);
    if (options.contains(SchemaOption.WITH_USERS)) {
      // Those that were made on the source since.
      new Accounts(source, target, options).create(epoch, progress);
      new Accounts(source, target, options).grant(epoch, progress);
    }
  }

  private void store(Connection connection, long epoch) throws SQLException {
    List<SchemaObject> found =
        new ArrayList<>(new SourceReader(catalog, target.name()).read(connection));
    found.addAll(new ProgramReader(catalog, target.name()).routinesAndViews(connection));
    for (SchemaObject object : found) {
      ObjectStore.save(connection, object);
      ObjectStore.mark(connection, object, Made.YES);
    }
    target.checkEpoch(connection, epoch);
    ObjectStore.record(connection, READ);
  }

  /** The feed begins where the clone ends: a table that has changed since would not fit to it. */
  private void requireSame() {
    Map<TableId, Fingerprint> here =
        target.with("looking at the tables that came", catalog::fingerprints);
    Map<TableId, Fingerprint> there = source.with("looking at the tables", catalog::fingerprints);
    Set<TableId> all = new TreeSet<>(here.keySet());
    all.addAll(there.keySet());
    List<TableId> differing =
        all.stream()
            .filter(table -> !definition(here, table).equals(definition(there, table)))
            .toList();
    if (!differing.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          source.name()
              + ": "
              + differing.size()
              + " tables have changed since the server was cloned, the first is "
              + differing.getFirst()
              + ".",
          "Undo the change, or run fram cancel and begin again.");
    }
  }

  private static Optional<String> definition(Map<TableId, Fingerprint> all, TableId table) {
    return Optional.ofNullable(all.get(table)).map(Fingerprint::definition);
  }
}
