// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.Comparison;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers that no run connects, and what of them is compared. */
@Timeout(60)
final class PartTest {
  private static final List<String> ITEMS = List.of("public.items");

  @TempDir Path folder;

  /** The target has the same items as the source, but for one. */
  private MigrationClient client() {
    World world = new World(folder);
    world
        .source
        .contents()
        .get(World.ITEMS)
        .forEach((key, value) -> world.target.drift(World.ITEMS, key, Optional.of(value)));
    world.target.drift(World.ITEMS, 25, Optional.of("seed-25 planted"));
    return world.client(world.settings(MigrationSettings.Mode.MANUAL));
  }

  private static Comparison comparison(List<String> tables, Part part) {
    return new Comparison(tables, Command.Differences.REPORT, Reveal.DIGESTS_ONLY, part);
  }

  private static Part where(String condition) {
    return new Part(Optional.of(condition), Part.ALL);
  }

  @Test
  void aConditionLeavesTheOtherRowsOut() {
    MigrationClient client = client();
    Answer equal = client.verify(comparison(ITEMS, where("seed-1")), status -> {});
    assertThat(equal.exitCode()).as(equal.toString()).isZero();
    assertThat(equal.message())
        .startsWith("Equal: 11 rows in 1 tables.")
        .contains("Rows outside --where were not looked at.");
    Answer found = client.verify(comparison(ITEMS, where("seed-2")), status -> {});
    assertThat(found.exitCode()).isEqualTo(1);
    assertThat(found.details()).containsExactly("public.items 25: different in value");
  }

  @Test
  void aConditionIsForOneTable() {
    MigrationClient client = client();
    for (List<String> tables : List.of(List.<String>of(), List.of("*"), List.of("nothing"))) {
      assertThatThrownBy(() -> client.verify(comparison(tables, where("x")), status -> {}))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }
  }

  @Test
  void aSampleSaysThatItIsOne() {
    MigrationClient client = client();
    Answer some = client.verify(comparison(ITEMS, new Part(Optional.empty(), 1_050)), status -> {});
    assertThat(some.message())
        .contains("a sample of 10.5 percent of the rows")
        .contains("proves nothing about the others");
    Answer all = client.verify(comparison(ITEMS, Part.WHOLE), status -> {});
    assertThat(all.exitCode()).isEqualTo(1);
    assertThat(all.message()).doesNotContain("sample");
  }

  @Test
  void aRunComparesWholeTables() {
    Comparison part = comparison(ITEMS, where("x"));
    assertThatThrownBy(part::assertOfferedByRun)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PHASE_REFUSES));
    comparison(ITEMS, Part.WHOLE).assertOfferedByRun();
    Comparison values =
        new Comparison(ITEMS, Command.Differences.REPORT, Reveal.VALUES, Part.WHOLE);
    assertThatThrownBy(values::assertOfferedByRun).hasMessageContaining("never hands out values");
    values.assertOfferedWithoutRun();
  }
}
