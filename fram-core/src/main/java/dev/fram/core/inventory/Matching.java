// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.inventory;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the two lists side by side. What is not on the target is left over only once it is due; what
 * the user has left out is excluded, wherever it is.
 */
final class Matching {
  private final PhaseName phase;
  private final Rows rows;

  /**
   * @param phase how far the migration is
   * @param rows what is known of the tables' rows
   */
  Matching(PhaseName phase, Rows rows) {
    this.phase = phase;
    this.rows = rows;
  }

  /**
   * What is known of the tables' rows.
   *
   * @param copied tables whose rows are on the target
   * @param late tables whose rows come with the cutover
   * @param verdicts what the comparison of rows has found
   */
  record Rows(Set<TableId> copied, Set<TableId> late, Map<TableId, RowVerdict> verdicts) {
    Rows {
      copied = Set.copyOf(copied);
      late = Set.copyOf(late);
      verdicts = Map.copyOf(verdicts);
    }
  }

  List<InventoryItem> items(List<ObjectFact> source, List<ObjectFact> target) {
    Map<ObjectFact.Id, ObjectFact> there = new HashMap<>();
    target.forEach(fact -> there.put(fact.id(), fact));
    Set<ObjectFact.Id> known = new HashSet<>();
    List<InventoryItem> items = new ArrayList<>();
    for (ObjectFact fact : source) {
      if (known.add(fact.id())) {
        items.add(item(fact, Optional.ofNullable(there.get(fact.id()))));
      }
    }
    for (ObjectFact fact : there.values()) {
      if (!known.contains(fact.id()) && fact.reach() == ObjectFact.Reach.DATABASE) {
        items.add(new InventoryItem(fact.id(), ObjectState.EXTRA, "only the target has it"));
      }
    }
    items.sort(Comparator.comparing(InventoryItem::id));
    return items;
  }

  private InventoryItem item(ObjectFact fact, Optional<ObjectFact> twin) {
    if (fact.excludedBy().isPresent()) {
      return new InventoryItem(fact.id(), ObjectState.EXCLUDED, fact.excludedBy().get());
    }
    Optional<String> wrong = wrong(fact, twin);
    if (wrong.isEmpty() && areToCome(fact)) {
      return new InventoryItem(
          fact.id(), ObjectState.TO_COME, "its rows " + whenDue(ObjectFact.Due.AT_THE_CUTOVER));
    }
    if (wrong.isPresent()) {
      return isDue(fact)
          ? new InventoryItem(fact.id(), ObjectState.LEFT_OVER, wrong.get())
          : new InventoryItem(fact.id(), ObjectState.TO_COME, whenDue(fact.due()));
    }
    return new InventoryItem(
        fact.id(), isVerified(fact) ? ObjectState.VERIFIED : ObjectState.MIGRATED, "");
  }

  private Optional<String> wrong(ObjectFact fact, Optional<ObjectFact> twin) {
    if (twin.isEmpty()) {
      return Optional.of(
          fact.due() == ObjectFact.Due.NEVER
              ? "Fram does not carry it over; make it on the target by hand"
              : "missing on the target");
    }
    boolean compared = !fact.definition().isEmpty() && !twin.get().definition().isEmpty();
    if (compared && !fact.definition().equals(twin.get().definition())) {
      return Optional.of("defined in another way on the target");
    }
    return fact.rows().flatMap(this::wrongRows);
  }

  private boolean areToCome(ObjectFact fact) {
    return fact.rows().filter(rows.late()::contains).isPresent() && !isServing();
  }

  private Optional<String> wrongRows(TableId table) {
    if (!rows.copied().contains(table) && !rows.late().contains(table)) {
      return Optional.of("its rows are not copied");
    }
    return rows.verdicts().get(table) == RowVerdict.DIFFERENT
        ? Optional.of("rows differ; fram verify names them")
        : Optional.empty();
  }

  private boolean isVerified(ObjectFact fact) {
    return fact.rows().isPresent()
        ? rows.verdicts().get(fact.rows().get()) == RowVerdict.EQUAL
        : !fact.definition().isEmpty();
  }

  private boolean isDue(ObjectFact fact) {
    return switch (fact.due()) {
      case NEVER -> true;
      case WITH_THE_TABLES -> isPast(PhaseName.PREPARED);
      case WITH_THE_INDEXES -> isPast(PhaseName.COPYING);
      case WITH_THE_CONSTRAINTS -> isPast(PhaseName.CATCHING_UP);
      case AT_THE_CUTOVER -> isServing();
    };
  }

  private boolean isServing() {
    return phase == PhaseName.SERVING || phase == PhaseName.COMPLETED;
  }

  private boolean isPast(PhaseName other) {
    return phase.compareTo(other) > 0;
  }

  private static String whenDue(ObjectFact.Due due) {
    return switch (due) {
      case NEVER -> throw new IllegalArgumentException("never to come");
      case WITH_THE_TABLES -> "comes before the copy";
      case WITH_THE_INDEXES -> "comes with the copy and its indexes";
      case WITH_THE_CONSTRAINTS -> "comes before the cutover";
      case AT_THE_CUTOVER -> "comes with the cutover";
    };
  }
}
