// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every rule of the house, on every class and every file of the project. */
class HouseTest {
  private static final String ROOT = "dev.fram";

  /** A module in a package that is not listed here would escape the rules that name packages. */
  private static final Set<String> KNOWN =
      Set.of("api", "core", "engine", "postgresql", "mysql", "testkit", "traffic", "web", "cli");

  private static JavaClasses classes;
  private static List<SourceFile> files;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);
    files = SourceFile.below(Path.of(System.getProperty("fram.checkout")));
  }

  @ParameterizedTest
  @EnumSource
  void classesKeep(ClassRule rule) {
    rule.ruleIn(ROOT).check(classes);
  }

  @ParameterizedTest
  @EnumSource
  void sourcesKeep(SourceRule rule) {
    assertThat(files.stream().flatMap(file -> rule.brokenBy(file).stream()))
        .as(rule.name())
        .isEmpty();
  }

  @Test
  void everyClassSitsInAPackageThatTheRulesKnow() {
    Set<String> seen =
        classes.stream()
            .map(type -> type.getPackageName().substring(ROOT.length() + 1).split("\\.", 2)[0])
            .collect(Collectors.toSet());
    assertThat(seen).contains("api").isSubsetOf(KNOWN);
  }

  @Test
  void theFilesOfEveryModuleAreRead() {
    assertThat(files)
        .extracting(file -> file.path().toString())
        .anyMatch(path -> path.contains("/fram-api/src/main/"))
        .anyMatch(path -> path.contains("/fram-it/src/test/"))
        .noneMatch(path -> path.contains("/target/"));
  }
}
