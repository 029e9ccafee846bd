// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.engine.SchemaOption;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.gate.SparedAccounts;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the questions are asked about. Owned by one thread. */
final class Servers {
  private static final int SHOWN = 8;

  private final Server source;
  private final Server target;
  private final Catalog catalog;
  private final Set<SchemaOption> options;
  private final SparedAccounts spared;
  private Optional<List<CatalogTable>> tables = Optional.empty();

  /**
   * @param source where the data leaves
   * @param target where it arrives
   * @param catalog which tables
   * @param options what the user allows, adds or leaves out
   * @param spared accounts that stay open when a server is closed
   */
  Servers(
      Server source,
      Server target,
      Catalog catalog,
      Set<SchemaOption> options,
      SparedAccounts spared) {
    this.source = source;
    this.target = target;
    this.catalog = catalog;
    this.options = Set.copyOf(options);
    this.spared = spared;
  }

  Server source() {
    return source;
  }

  Server target() {
    return target;
  }

  List<Server> both() {
    return List.of(source, target);
  }

  Catalog catalog() {
    return catalog;
  }

  SparedAccounts spared() {
    return spared;
  }

  boolean asked(SchemaOption option) {
    return options.contains(option);
  }

  /** The source's tables in scope; read once. */
  List<CatalogTable> tables() throws SQLException {
    if (tables.isEmpty()) {
      tables = Optional.of(catalog.tables(source.connection()));
    }
    return tables.get();
  }

  /** The databases that something is migrated of. */
  List<String> databases() throws SQLException {
    return source
        .texts("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME")
        .stream()
        .filter(catalog::coversDatabase)
        .toList();
  }

  /** {@code 12: a, b, c, ...}: how many there are, and the first. */
  static String some(Collection<?> items) {
    List<String> first = items.stream().limit(SHOWN).map(String::valueOf).toList();
    return items.size()
        + ": "
        + String.join(", ", first)
        + (items.size() > first.size() ? ", ..." : "");
  }

  /** {@code 1.5 GiB}. */
  static String bytes(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
