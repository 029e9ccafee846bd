// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.inventory;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.SavedInventory;
import dev.fram.api.engine.TableState;
import dev.fram.api.engine.Target;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes the inventory: before the cutover from both servers as they are now, after it from the list
 * of the source that was kept on the target, because the source is closed then and may be gone.
 */
public final class Stocktaking {
  private Stocktaking() {}

  /**
   * After the cutover.
   *
   * @return empty when no list was kept
   */
  public static Optional<Inventory> served(Target target) {
    JournalStore store = target.journal();
    return store.inventory().map(kept -> served(target, kept));
  }

  private static Inventory served(Target target, SavedInventory kept) {
    JournalStore store = target.journal();
    Matching.Rows rows = new Matching.Rows(store.tables().keySet(), Set.of(), store.verdicts());
    return new Inventory(
        new Matching(PhaseName.SERVING, rows).items(kept.objects(), target.objects(kept.major())),
        "The source's objects as they were at the cutover, the target's as they are now.");
  }

  /** While a migration runs. */
  public static Inventory running(Route route, MigrationRecord record) {
    PhaseName phase = PhaseName.valueOf(record.phase());
    Matching matching = new Matching(phase, rows(route, route.target().journal().verdicts()));
    return new Inventory(
        items(route, matching),
        "Both servers as they are now; the migration is in phase " + record.phase() + ".");
  }

  /**
   * Before a cutover: what should be on the target by now and is not, or is other there. What Fram
   * carries over at no time is not named, and no row is looked at.
   *
   * @param kept the source's list
   */
  public static List<InventoryItem> missing(Route route, SavedInventory kept) {
    Set<ObjectFact.Id> never =
        kept.objects().stream()
            .filter(fact -> fact.due() == ObjectFact.Due.NEVER)
            .map(ObjectFact::id)
            .collect(Collectors.toSet());
    return new Matching(PhaseName.CUTTING_OVER, rows(route, Map.of()))
        .items(kept.objects(), route.target().objects(kept.major())).stream()
            .filter(item -> item.state() == ObjectState.LEFT_OVER && !never.contains(item.id()))
            .toList();
  }

  private static Matching.Rows rows(Route route, Map<TableId, RowVerdict> verdicts) {
    JournalStore store = route.target().journal();
    Set<TableId> late =
        route.source().tables().stream()
            .filter(table -> table.transfer() == Table.Transfer.COPY_AT_CUTOVER)
            .map(Table::id)
            .collect(Collectors.toSet());
    Set<TableId> copied =
        store.tables().values().stream()
            .filter(state -> isCopied(state) && !late.contains(state.table()))
            .map(TableState::table)
            .collect(Collectors.toSet());
    return new Matching.Rows(copied, late, verdicts);
  }

  /** Without a migration: nothing is to come any more, and nobody knows of any row. */
  public static Inventory unconnected(Route route) {
    Set<TableId> tables =
        route.source().tables().stream().map(Table::id).collect(Collectors.toSet());
    return new Inventory(
        items(
            route,
            new Matching(PhaseName.COMPLETED, new Matching.Rows(tables, Set.of(), Map.of()))),
        "No migration is recorded on the target: both servers as they are now; their rows were not"
            + " looked at.");
  }

  /** The source's list, for keeping. */
  public static SavedInventory source(Route route) {
    return new SavedInventory(
        route.source().server().majorVersion(),
        route.source().objects(route.target().server().majorVersion()));
  }

  private static List<InventoryItem> items(Route route, Matching matching) {
    List<ObjectFact> source = route.source().objects(route.target().server().majorVersion());
    return matching.items(source, route.target().objects(route.source().server().majorVersion()));
  }

  private static boolean isCopied(TableState state) {
    return switch (state.stage()) {
      case PENDING, COPYING -> false;
      case COPIED, READY_TO_FOLLOW -> true;
    };
  }
}
