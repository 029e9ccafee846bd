// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code ./fram} in a checkout that is built already: which JDK it takes and how it starts it. The
 * JDKs are folders whose java writes down how it was called, so that the choice can be seen.
 */
class LauncherTest {
  private static final int OUR_EXIT = 7;

  private record Run(int exit, List<String> lines) {
    String options() {
      return String.join(" ", lines.subList(0, lines.indexOf("-cp")));
    }

    List<String> arguments() {
      return lines.subList(lines.indexOf("dev.fram.cli.Main") + 1, lines.size());
    }
  }

  @TempDir private Path folder;
  private Path checkout;
  private Path jdks;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void makeACheckout() throws IOException {
    checkout = Files.createDirectories(folder.resolve("a check out"));
    jdks = Files.createDirectories(folder.resolve("j d k s"));
    Path here = Path.of(System.getProperty("fram.checkout"));
    Path options = Path.of("build-support/launcher/options.sh");
    Files.copy(here.resolve("fram"), checkout.resolve("fram"));
    Files.createDirectories(checkout.resolve(options).getParent());
    Files.copy(here.resolve(options), checkout.resolve(options));
    Files.createDirectories(checkout.resolve("fram-cli/src/main"));
    Files.createDirectories(checkout.resolve(".mvn"));
    Files.createFile(checkout.resolve("pom.xml"));
    Files.createFile(checkout.resolve("fram-cli/pom.xml"));
    Path app = Files.createDirectories(checkout.resolve("target/app/2"));
    Files.createFile(app.resolve("fram-cli-1.jar"));
    Files.createFile(app.resolve("another.jar"));
    Files.writeString(app.resolveSibling("current"), "2\n");
    environment.put("FRAM_JDK_FOLDERS", jdks.toString());
    environment.put("PATH", pathWithoutJava().toString());
  }

  /** This machine's own Java must not take part in the choice. */
  private Path pathWithoutJava() throws IOException {
    Path tools = Files.createDirectory(folder.resolve("bin"));
    for (String tool : List.of("find", "mv", "readlink")) {
      Path usr = Path.of("/usr/bin", tool);
      Path real = Files.exists(usr) ? usr : Path.of("/bin", tool);
      Files.createSymbolicLink(tools.resolve(tool), real);
    }
    return tools;
  }

  @Test
  void takesTheNewestJdkItFinds() throws Exception {
    jdk("a", "21.0.2");
    Path newest = jdk("b", "25");
    jdk("c", "9");
    assertThat(run("status").lines()).first().isEqualTo(newest + "/bin/java");
  }

  @Test
  void javaHomeWinsWhenItFits() throws Exception {
    jdk("newer", "25");
    environment.put("JAVA_HOME", jdk("chosen", "21").toString());
    assertThat(run("status").lines()).first().asString().contains("/chosen/");
  }

  @Test
  void javaHomeThatIsTooOldIsPassedOver() throws Exception {
    jdk("newer", "25");
    environment.put("JAVA_HOME", jdk("chosen", "1.8.0_392").toString());
    assertThat(run("status").lines()).first().asString().contains("/newer/");
  }

  @Test
  void saysInOneLineHowToGetAJdkWhenThereIsNone() throws Exception {
    jdk("old", "17.0.1");
    Run run = run("status");
    assertThat(run.exit()).isEqualTo(3);
    assertThat(run.lines()).singleElement().asString().contains("no JDK 21 or newer", "JAVA_HOME");
  }

  @Test
  void handsOnTheArgumentsAndTheExitCode() throws Exception {
    jdk("a", "21");
    Run run = run("status", "two words", "", "$HOME");
    assertThat(run.arguments()).containsExactly("status", "two words", "", "$HOME");
    assertThat(run.exit()).isEqualTo(OUR_EXIT);
  }

  @Test
  void theClassPathStartsWithTheCliAndNamesEachJarOnce() throws Exception {
    jdk("a", "21");
    List<String> lines = run("status").lines();
    String app = checkout.toRealPath() + "/target/app/2/";
    assertThat(lines.get(lines.indexOf("-cp") + 1))
        .isEqualTo(app + "fram-cli-1.jar:" + app + "another.jar");
  }

  @Test
  void findsItsCheckoutThroughASymbolicLink() throws Exception {
    jdk("a", "21");
    Path link =
        Files.createSymbolicLink(folder.resolve("link"), Path.of("a check out").resolve("fram"));
    Path second = Files.createSymbolicLink(folder.resolve("second"), link);
    assertThat(start(second, "status").arguments()).containsExactly("status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"migrate", "demo", "cutover"})
  void commandsThatMoveDataGetTheOptimisingCompilerAndABoundedHeap(String command)
      throws Exception {
    jdk("a", "21");
    assertThat(run("-v", command).options())
        .contains("-Xmx256m")
        .doesNotContain("TieredStopAtLevel");
  }

  @Test
  void otherCommandsAreStartedForAQuickAnswer() throws Exception {
    jdk("a", "21");
    assertThat(run("status").options()).contains("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  }

  @Test
  void theUsersOptionsComeLast() throws Exception {
    jdk("a", "21");
    environment.put("FRAM_JAVA_OPTS", "-Xmx1g -Dx=y");
    assertThat(run("migrate").options()).endsWith("-Xmx1g -Dx=y");
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = Files.createDirectories(jdks.resolve(name));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"us\"\nJAVA_RUNTIME_VERSION=\"%s+1\"\nJAVA_VERSION=\"%s\"\n"
            .formatted(version, version));
    program(home.resolve("bin/java"), "printf '%s\\n' \"$0\" \"$@\"\nexit " + OUR_EXIT);
    program(home.resolve("bin/javac"), "exit 0");
    return home;
  }

  private static void program(Path file, String script) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Run run(String... arguments) throws Exception {
    return start(checkout.resolve("fram"), arguments);
  }

  private Run start(Path launcher, String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of("/bin/sh", launcher.toString()));
    words.addAll(List.of(arguments));
    ProcessBuilder command =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    command.environment().clear();
    command.environment().putAll(environment);
    Process process = command.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output.lines().toList());
  }
}
