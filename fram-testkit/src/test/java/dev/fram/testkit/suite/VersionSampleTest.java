// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.testkit.server.MySqlVersion;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of these runs for real; what has run is looked at in the end. */
final class VersionSampleTest {
  private static final Set<MySqlVersion> VERSIONS = EnumSet.noneOf(MySqlVersion.class);
  private static final Set<String> PAIRS = new TreeSet<>();
  private static final Set<String> ROWS = new TreeSet<>();
  private static final Set<String> PRODUCTS = new TreeSet<>();
  private static final Set<String> MIXED = new TreeSet<>();

  @ParameterizedTest
  @EnumSource
  void everyVersion(MySqlVersion version) {
    VERSIONS.add(version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"15-15", "15-18", "18-18"})
  void somePairs(String pair) {
    PAIRS.add(pair);
  }

  @ParameterizedTest
  @CsvSource({"V15, DEFAULT", "V15, FULL", "V18, DEFAULT", "V18, FULL"})
  void severalRowsOfEach(String version, String identity) {
    ROWS.add(version + identity);
  }

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-V8_0", "MARIADB_11_4-MARIADB_11_4"})
  void bothProducts(String pair) {
    PRODUCTS.add(pair);
  }

  @ParameterizedTest
  @ValueSource(strings = {"V8_0-MARIADB_11_4", "MARIADB_11_4-MARIADB_11_4"})
  void theOnlyOfItsKind(String pair) {
    MIXED.add(pair);
  }

  @AfterAll
  static void oneOfTwoIsLeftOut() {
    boolean all = System.getProperty("fram.versions", "").equals("all");
    assertThat(VERSIONS).hasSize(all ? 3 : 1);
    assertThat(PAIRS).hasSize(all ? 3 : 1).contains("15-18");
    assertThat(ROWS).hasSize(all ? 4 : 2);
    assertThat(PRODUCTS).hasSize(all ? 2 : 1);
    assertThat(MIXED).hasSize(2);
  }
}
