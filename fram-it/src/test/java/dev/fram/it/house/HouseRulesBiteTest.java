// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.fram.it.house.fixture.api.ApiThatLogs;
import dev.fram.it.house.fixture.core.CoreThatConnects;
import dev.fram.it.house.fixture.core.CoreThatKnowsAnEngine;
import dev.fram.it.house.fixture.engine.EngineThatKnowsTheCore;
import dev.fram.it.house.fixture.naming.ThingManager;
import dev.fram.it.house.fixture.one.First;
import dev.fram.it.house.fixture.printing.Printing;
import dev.fram.it.house.fixture.shape.SevenArguments;
import dev.fram.it.house.fixture.shape.StateInAFlag;
import dev.fram.it.house.fixture.testkit.TestkitThatKnowsTheCore;
import dev.fram.it.house.fixture.traffic.SwitchThatKnowsTheCore;
import dev.fram.it.house.fixture.unmarked.Unmarked;
import dev.fram.it.house.fixture.web.PageThatKnowsTheCore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shows that each rule notices code that breaks it: a rule nobody saw fail proves nothing. */
class HouseRulesBiteTest {
  private static final String ROOT = "dev.fram.it.house.fixture";
  private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0\n";

  private static final JavaClasses FIXTURES = new ClassFileImporter().importPackages(ROOT);

  @ParameterizedTest
  @EnumSource
  void aClassRuleNamesItsOffender(ClassRule rule) {
    assertThat(rule.ruleIn(ROOT).evaluate(FIXTURES).getFailureReport().toString())
        .contains(offender(rule).getSimpleName());
  }

  @ParameterizedTest
  @EnumSource
  void aSourceRuleNamesItsOffenderAndLetsTheOthersPass(SourceRule rule, @TempDir Path folder)
      throws IOException {
    String broken = sourceBreaking(rule);
    Path file = folder.resolve(folderFor(rule)).resolve(nameFor(rule));
    Files.createDirectories(file.getParent());
    Files.writeString(file, broken);

    List<SourceFile> files = SourceFile.below(folder);

    assertThat(files).singleElement().satisfies(read -> assertOnly(rule, read));
  }

  private static void assertOnly(SourceRule rule, SourceFile file) {
    for (SourceRule each : SourceRule.values()) {
      if (each == rule) {
        assertThat(each.brokenBy(file)).as(each.name()).isNotEmpty();
      } else {
        assertThat(each.brokenBy(file)).as(each.name()).isEmpty();
      }
    }
  }

  private static Class<?> offender(ClassRule rule) {
    return switch (rule) {
      case THE_API_KNOWS_ONLY_THE_JDK -> ApiThatLogs.class;
      case THE_CORE_NEVER_SEES_A_DRIVER -> CoreThatConnects.class;
      case THE_CORE_KNOWS_NO_ENGINE_AND_NO_SCREEN -> CoreThatKnowsAnEngine.class;
      case ENGINES_KNOW_ONLY_THE_API -> EngineThatKnowsTheCore.class;
      case SWITCHES_KNOW_ONLY_THE_API -> SwitchThatKnowsTheCore.class;
      case THE_PAGE_KNOWS_ONLY_THE_API -> PageThatKnowsTheCore.class;
      case THE_TESTKIT_KNOWS_ONLY_THE_API -> TestkitThatKnowsTheCore.class;
      case NO_CYCLES_BETWEEN_PACKAGES -> First.class;
      case EVERY_PACKAGE_IS_NULL_MARKED -> Unmarked.class;
      case NAMES_SAY_WHAT_A_THING_IS -> ThingManager.class;
      case ONLY_THE_CLI_PRINTS -> Printing.class;
      case CONSTRUCTORS_TAKE_AT_MOST_SIX_ARGUMENTS -> SevenArguments.class;
      case NO_STATE_IN_VOLATILE_FLAGS -> StateInAFlag.class;
    };
  }

  private static String folderFor(SourceRule rule) {
    return rule == SourceRule.THE_CORE_NAMES_NO_ENGINE
        ? "fram-core/src/main/java"
        : "fram-x/src/test/java";
  }

  private static String nameFor(SourceRule rule) {
    return rule == SourceRule.A_PACKAGE_INFO_HAS_AT_MOST_15_LINES
        ? "package-info.java"
        : "Offender.java";
  }

  private static String sourceBreaking(SourceRule rule) {
    return switch (rule) {
      case THE_LICENCE_STANDS_FIRST -> "class Offender {}\n";
      case A_FILE_HAS_AT_MOST_500_LINES ->
          LICENCE + "class Offender {\n" + "\n".repeat(498) + "}\n";
      case A_METHOD_HAS_AT_MOST_60_LINES ->
          LICENCE + "class Offender {\n  void run() {\n" + "\n".repeat(59) + "  }\n}\n";
      case A_PACKAGE_INFO_HAS_AT_MOST_15_LINES -> LICENCE + "\n".repeat(14) + "package offender;\n";
      case TESTS_DO_NOT_SLEEP ->
          LICENCE
              + "class Offender {\n  void run() throws Exception {\n    Thread.sleep(1);\n  }\n}\n";
      case THE_CORE_NAMES_NO_ENGINE ->
          LICENCE
              + "class Offender {\n  boolean special(String engine) {\n"
              + "    return engine.equals(\"mysql\");\n  }\n}\n";
      case NO_TEST_IS_SWITCHED_OFF ->
          LICENCE + "import org.junit.jupiter.api.Disabled;\n\n@Disabled\nclass Offender {}\n";
      case NOTHING_IS_LEFT_TO_DO -> LICENCE + "// TO" + "DO: write it\nclass Offender {}\n";
    };
  }
}
