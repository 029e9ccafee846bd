// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.ObjectFact.Due;
import dev.fram.api.engine.ObjectFact.Reach;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchingTest {
  private static final TableId ITEM = new TableId("shop", "item");
  private static final Matching.Rows NONE = new Matching.Rows(Set.of(), Set.of(), Map.of());

  @ParameterizedTest
  @CsvSource({
    "PREPARED, WITH_THE_TABLES, TO_COME",
    "COPYING, WITH_THE_TABLES, LEFT_OVER",
    "COPYING, WITH_THE_INDEXES, TO_COME",
    "CATCHING_UP, WITH_THE_INDEXES, LEFT_OVER",
    "CATCHING_UP, WITH_THE_CONSTRAINTS, TO_COME",
    "READY, WITH_THE_CONSTRAINTS, LEFT_OVER",
    "READY, AT_THE_CUTOVER, TO_COME",
    "CUTTING_OVER, AT_THE_CUTOVER, TO_COME",
    "NEEDS_OPERATOR, AT_THE_CUTOVER, TO_COME",
    "SERVING, AT_THE_CUTOVER, LEFT_OVER",
    "COMPLETED, AT_THE_CUTOVER, LEFT_OVER",
    "PLANNED, NEVER, LEFT_OVER",
    "SERVING, NEVER, LEFT_OVER"
  })
  void whatIsMissingIsLeftOverOnceItIsDue(PhaseName phase, Due due, ObjectState expected) {
    ObjectFact fact = fact("view", "shop.v", "x", due);
    assertThat(state(new Matching(phase, NONE).items(List.of(fact), List.of())))
        .isEqualTo(expected);
    ObjectFact other = fact("view", "shop.v", "y", due);
    assertThat(state(new Matching(phase, NONE).items(List.of(fact), List.of(other))))
        .as("defined in another way")
        .isEqualTo(expected);
    assertThat(state(new Matching(phase, NONE).items(List.of(fact), List.of(fact))))
        .as("there, as soon as it is there")
        .isEqualTo(ObjectState.VERIFIED);
  }

  @Test
  void whatHasNothingToCompareIsMigratedAndNoMore() {
    ObjectFact fact = fact("extension", "hstore", "", Due.WITH_THE_TABLES);
    ObjectFact newer = fact("extension", "hstore", "another version", Due.WITH_THE_TABLES);
    assertThat(state(serving(NONE).items(List.of(fact), List.of(newer))))
        .isEqualTo(ObjectState.MIGRATED);
  }

  @Test
  void theUsersWordCountsWhateverTheTargetHas() {
    ObjectFact fact =
        new ObjectFact(
            new ObjectFact.Id("table", "shop", "shop.item"),
            "x",
            Optional.of(ITEM),
            Due.WITH_THE_INDEXES,
            Reach.DATABASE,
            Optional.of("--exclude=shop.*"));
    for (List<ObjectFact> target : List.of(List.<ObjectFact>of(), List.of(fact))) {
      List<InventoryItem> items = serving(NONE).items(List.of(fact), target);
      assertThat(state(items)).isEqualTo(ObjectState.EXCLUDED);
      assertThat(items.getFirst().reason()).isEqualTo("--exclude=shop.*");
    }
  }

  @Test
  void aTableIsVerifiedWhenItsRowsWereFoundEqual() {
    assertThat(table(Set.of(ITEM), Map.of(ITEM, RowVerdict.EQUAL))).isEqualTo(ObjectState.VERIFIED);
    assertThat(table(Set.of(ITEM), Map.of())).isEqualTo(ObjectState.MIGRATED);
    assertThat(table(Set.of(ITEM), Map.of(ITEM, RowVerdict.DIFFERENT)))
        .isEqualTo(ObjectState.LEFT_OVER);
    assertThat(table(Set.of(), Map.of())).isEqualTo(ObjectState.LEFT_OVER);
  }

  @Test
  void rowsThatComeWithTheCutoverAreToComeUntilThen() {
    Matching.Rows late = new Matching.Rows(Set.of(), Set.of(ITEM), Map.of());
    ObjectFact table = table();
    assertThat(state(new Matching(PhaseName.READY, late).items(List.of(table), List.of(table))))
        .isEqualTo(ObjectState.TO_COME);
  }

  @Test
  void whatOnlyTheTargetHasIsToldUnlessItIsTheWholeServers() {
    ObjectFact index = fact("index", "shop.own", "x", Due.WITH_THE_INDEXES);
    ObjectFact role =
        new ObjectFact(
            new ObjectFact.Id("role", "", "somebody"),
            "",
            Optional.empty(),
            Due.WITH_THE_TABLES,
            Reach.SERVER,
            Optional.empty());
    List<InventoryItem> items = serving(NONE).items(List.of(), List.of(index, role));
    assertThat(items).hasSize(1);
    assertThat(state(items)).isEqualTo(ObjectState.EXTRA);
    assertThat(new Inventory(items, "").leftOver()).isEmpty();
  }

  private static Matching serving(Matching.Rows rows) {
    return new Matching(PhaseName.SERVING, rows);
  }

  private static ObjectState table(Set<TableId> copied, Map<TableId, RowVerdict> verdicts) {
    return state(
        serving(new Matching.Rows(copied, Set.of(), verdicts))
            .items(List.of(table()), List.of(table())));
  }

  private static ObjectFact table() {
    return new ObjectFact(
        new ObjectFact.Id("table", "shop", "shop.item"),
        "x",
        Optional.of(ITEM),
        Due.WITH_THE_INDEXES,
        Reach.DATABASE,
        Optional.empty());
  }

  private static ObjectFact fact(String kind, String name, String definition, Due due) {
    return new ObjectFact(
        new ObjectFact.Id(kind, "shop", name),
        definition,
        Optional.empty(),
        due,
        Reach.DATABASE,
        Optional.empty());
  }

  private static ObjectState state(List<InventoryItem> items) {
    assertThat(items).hasSize(1);
    return items.getFirst().state();
  }
}
