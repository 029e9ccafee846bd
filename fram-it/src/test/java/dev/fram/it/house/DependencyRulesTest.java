// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shows that the poms refuse a dependency which the map of modules does not have: a copy of the
 * poms gets one, and Maven must stop with that module's own sentence.
 */
class DependencyRulesTest {
  private static final Path CHECKOUT = Path.of(System.getProperty("fram.checkout"));

  @TempDir private Path copy;

  @BeforeEach
  void copyThePoms() throws IOException {
    Files.copy(CHECKOUT.resolve("pom.xml"), copy.resolve("pom.xml"));
    // Without its options each of these builds takes twice the processor time.
    Path options = Path.of(".mvn", "jvm.config");
    Files.createDirectory(copy.resolve(".mvn"));
    Files.copy(CHECKOUT.resolve(options), copy.resolve(options));
    try (Stream<Path> modules = Files.list(CHECKOUT)) {
      for (Path module : modules.filter(path -> Files.exists(path.resolve("pom.xml"))).toList()) {
        Path folder = Files.createDirectory(copy.resolve(module.getFileName()));
        Files.copy(module.resolve("pom.xml"), folder.resolve("pom.xml"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fram-api               | org.slf4j      | slf4j-api              | fram-api may use the JDK and JSpecify only
          fram-core              | org.postgresql | postgresql             | fram-core may know no engine, no driver
          fram-core              | dev.fram       | fram-engine-postgresql | fram-core may know no engine, no driver
          fram-engine-postgresql | dev.fram       | fram-core              | An engine may know fram-api only
          fram-traffic           | dev.fram       | fram-core              | A switch of the traffic may know fram-api only
          fram-web               | dev.fram       | fram-traffic           | The page may know fram-api only
          """)
  void aForbiddenDependencyStopsTheBuild(
      String module, String group, String artifact, String sentence) throws Exception {
    Path pom = copy.resolve(module).resolve("pom.xml");
    String dependency =
        "<dependencies><dependency><groupId>%s</groupId><artifactId>%s</artifactId></dependency>"
            .formatted(group, artifact);
    Files.writeString(pom, Files.readString(pom).replaceFirst("<dependencies>", dependency), UTF_8);

    assertThat(validate(module)).contains(sentence).contains("BUILD FAILURE");
  }

  private String validate(String module) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("fram.maven"), "bin", "mvn").toString(),
                    "-B",
                    "-o",
                    "-Dfast",
                    "-Dmaven.repo.local=" + System.getProperty("fram.repository"),
                    "-pl",
                    module,
                    "-am",
                    "validate"))
            .directory(copy.toFile())
            .redirectErrorStream(true);
    command.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process maven = command.start();
    maven.getOutputStream().close();
    String output = new String(maven.getInputStream().readAllBytes(), UTF_8);
    maven.waitFor();
    return output;
  }
}
