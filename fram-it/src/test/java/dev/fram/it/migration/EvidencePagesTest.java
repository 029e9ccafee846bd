// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that say what is tested name tests that exist; what they say of them people check. */
class EvidencePagesTest {
  private static final Path ROOT = Path.of("..");

  /** {@code Class#method}, {@code Class}, or {@code #method} of the class named last in its row. */
  private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z]*Test)?(#[A-Za-z]+)?`");

  @ParameterizedTest
  @ValueSource(strings = {"scenarios.md", "guards.md", "../guide/what-if.md"})
  void everyTestThatIsNamedExists(String page) throws IOException {
    Map<String, String> tests = tests();
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (String row : Files.readAllLines(ROOT.resolve("docs/explanation").resolve(page))) {
      String last = "";
      Matcher names = NAME.matcher(row);
      while (names.find()) {
        last = names.group(1) == null ? last : names.group(1);
        String method = names.group(2) == null ? "" : names.group(2).substring(1);
        named++;
        if (!tests.getOrDefault(last, "").contains(method.isEmpty() ? last : " " + method + "(")) {
          missing.add(last + "#" + method);
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(20);
  }

  /** Each test class's text; classes of the same name in two modules count as one. */
  private static Map<String, String> tests() throws IOException {
    Map<String, String> found = new HashMap<>();
    List<Path> modules;
    try (Stream<Path> folders = Files.list(ROOT)) {
      modules = folders.map(folder -> folder.resolve("src/test/java")).toList();
    }
    for (Path module : modules.stream().filter(Files::isDirectory).toList()) {
      try (Stream<Path> files = Files.walk(module)) {
        for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          found.merge(name, Files.readString(file), String::concat);
        }
      }
    }
    return found;
  }
}
