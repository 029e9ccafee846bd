// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Secret;
import dev.fram.core.run.MigrationSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  private static final String SERVERS =
      "source: postgresql://ann@db1/shop\ntarget: postgresql://ann@db2/shop\n";

  @TempDir Path folder;

  @Test
  void aFlagBeatsTheEnvironmentWhichBeatsTheFile() throws IOException {
    file("jobs: 3\nindex-jobs: 3\nchunk-size: 1MiB\n");
    ConfigValues values =
        read(Map.of(ConfigKey.JOBS, "5"), Map.of("FRAM_JOBS", "4", "FRAM_INDEX_JOBS", "4"));
    assertThat(values.count(ConfigKey.JOBS)).isEqualTo(5);
    assertThat(values.count(ConfigKey.INDEX_JOBS)).isEqualTo(4);
    assertThat(values.bytes(ConfigKey.CHUNK_SIZE)).isEqualTo(1 << 20);
    assertThat(values.duration(ConfigKey.MAX_LAG)).isEqualTo(Duration.ofSeconds(5));
  }

  /** Every key, wherever it is given, is obeyed: the place with the highest rank wins. */
  @Test
  void everyKeyIsObeyedFromEveryPlace() throws IOException {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      Map<ConfigKey, String> flags = new HashMap<>();
      Map<String, String> environment = new HashMap<>();
      StringBuilder yaml = new StringBuilder();
      Map<ConfigKey, String> expected = new HashMap<>();
      List<ConfigKey> keys = new ArrayList<>(List.of(ConfigKey.values()));
      keys.remove(ConfigKey.SOURCE_PASSWORD_COMMAND);
      keys.remove(ConfigKey.TARGET_PASSWORD_COMMAND);
      keys.remove(ConfigKey.PROBE_PASSWORD_COMMAND);
      keys.remove(ConfigKey.SSH_PASSPHRASE_COMMAND);
      keys.remove(ConfigKey.TRAFFIC);
      Collections.shuffle(keys, random);
      for (ConfigKey key : keys) {
        if (random.nextBoolean()) {
          yaml.append(yamlLine(key, expected, random));
        }
        if (random.nextBoolean()) {
          environment.put(key.variable(), sample(key, expected, random));
        }
        if (random.nextBoolean()) {
          flags.put(key, sample(key, expected, random));
        }
      }
      file(yaml.toString());
      ConfigValues values = read(flags, environment);
      expected.forEach((key, text) -> assertThat(values.text(key)).as(key.word()).contains(text));
    }
  }

  private static String yamlLine(ConfigKey key, Map<ConfigKey, String> expected, Random random) {
    String text = sample(key, expected, random);
    return key.kind().repeated()
        ? key.word() + ":\n  - '" + text + "'\n"
        : key.word() + ": " + text + "   # a comment\n";
  }

  private static String sample(ConfigKey key, Map<ConfigKey, String> expected, Random random) {
    int number = 1 + random.nextInt(200);
    String text =
        switch (key.kind()) {
          case URI -> "postgresql://ann@db" + number + ":5432/shop";
          case TEXT, PATH -> "/a/path/" + number;
          case LIST, SWITCHES -> "public.t" + number + "*";
          case PATHS -> "/keys/" + number;
          case JUMP_HOSTS -> "ssh://user@jump" + number;
          case FLAG -> random.nextBoolean() ? "true" : "false";
          case DURATION -> number + "s";
          case WINDOW -> random.nextBoolean() ? number + "d" : "none";
          case SIZE -> number + "MiB";
          case COUNT -> String.valueOf(number);
          case PERCENT -> String.valueOf(1 + random.nextInt(100));
          case VERIFY -> random.nextBoolean() ? "continuous" : "off";
          case CUTOVER -> random.nextBoolean() ? "auto" : "manual";
          case DDL -> random.nextBoolean() ? "ask" : "replicate";
          case COPY -> random.nextBoolean() ? "base-backup" : "clone";
          case MACHINE -> random.nextBoolean() ? "here" : "ssh://user@db" + number;
          case FEED -> random.nextBoolean() ? "own" : "native";
          case PLACE -> "db" + number + ":" + (3000 + number);
          case WEBHOOK -> "https://hooks.example.com/" + number;
          case ADDRESS -> random.nextBoolean() ? "true" : "db" + number + ":" + (3000 + number);
        };
    expected.put(key, text);
    return text;
  }

  @Test
  void allProblemsAreReportedAtOnceWithTheirLines() throws IOException {
    file(
        """
        # my migration
        source: postgresql://ann:hidden@db 1/shop
        jobs: many
        wirte-block-budget: 15s
        jobs: 3
        max-lag:
        include: {a: b}
        chunk-size: ${SIZE_OF_CHUNK}
        """);
    assertThatThrownBy(() -> read(Map.of(), Map.of("FRAM_INDEX_JOBS", "0", "FRAM_JOB", "3")))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("fram.yaml:2: source cannot be read as a URI")
        .hasMessageContaining("fram.yaml:3: jobs is \"many\"")
        .hasMessageContaining("fram.yaml:4: unknown key \"wirte-block-budget\"")
        .hasMessageContaining("Did you mean \"write-block-budget\"?")
        .hasMessageContaining("fram.yaml:5: \"jobs\" stands in line 3 already")
        .hasMessageContaining("fram.yaml:6: max-lag is")
        .hasMessageContaining("fram.yaml:7: \"include\" takes one value")
        .hasMessageContaining("fram.yaml:8: ${SIZE_OF_CHUNK} is not set")
        .hasMessageContaining("FRAM_INDEX_JOBS: index-jobs is \"0\"")
        .hasMessageContaining("FRAM_JOB: unknown variable. Did you mean FRAM_JOBS?")
        .hasMessageNotContaining("hidden")
        .extracting(e -> ((FramException) e).code())
        .isEqualTo(ErrorCode.CONFIG_INVALID);
  }

  @Test
  void whatIsNotYamlIsRefusedWithItsLine() throws IOException {
    file("jobs: 3\nsource: \"postgresql://ann:hidden@db\n");
    assertThatThrownBy(() -> read(Map.of(), Map.of()))
        .hasMessageContaining("fram.yaml")
        .hasMessageContaining("not valid YAML")
        .hasMessageNotContaining("hidden");
  }

  @Test
  void anyFileIsReadOrRefusedButNeverBreaks() throws IOException {
    Random random = new Random(3);
    String alphabet = "jobs:-{}[]'\"#&*!|>% \n\t$a1~,?@`";
    for (int i = 0; i < 3_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(40);
      for (int j = 0; j < length; j++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      file(text.toString());
      try {
        read(Map.of(), Map.of());
      } catch (FramException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
      }
    }
  }

  @Test
  void theEnvironmentIsPutIntoTheFile() throws IOException {
    file("switch-command: move ${HOST}:$${PORT} $5\n");
    assertThat(read(Map.of(), Map.of("HOST", "db2")).text(ConfigKey.SWITCH_COMMAND))
        .contains("move db2:${PORT} $5");
  }

  @Test
  void listsAndFlagsReachTheRequest() throws IOException {
    file(SERVERS + "include: [public.*, 'audit.*']\nexclude:\n  - '*.log'\nno-owner: true\n");
    Servers servers = Servers.from(read(Map.of(), Map.of()), world(Map.of()));
    assertThat(servers.request().scope().include()).containsExactly("public.*", "audit.*");
    assertThat(servers.request().scope().exclude()).containsExactly("*.log");
    assertThat(servers.request().schemaOptions()).isEqualTo(Set.of(SchemaOption.NO_OWNER));
  }

  @Test
  void aNamedFileMustExist() {
    ConfigReader reader = new ConfigReader(world(Map.of()));
    assertThatThrownBy(() -> reader.read(Map.of(), Optional.of("other.yaml"), Set.of()))
        .hasMessageContaining("there is no file");
  }

  @Test
  void theDefaultsAreTheCoresOwn() throws IOException {
    file("");
    // But for the way back: whoever calls the core wants a run that ends, unless he says otherwise.
    MigrationSettings.Reverse window =
        new MigrationSettings.Reverse(Duration.ofDays(7), MigrationSettings.Wish.WHERE_POSSIBLE);
    assertThat(RunSettings.from(read(Map.of(), Map.of()), world(Map.of())))
        .isEqualTo(MigrationSettings.defaults().withReverse(window));
  }

  @Test
  void passwordsComeFromTheFirstPlaceThatHasOne() throws IOException {
    Path pgpass = Files.writeString(folder.resolve(".pgpass"), "*:*:*:*:from-pgpass\n");
    Files.setPosixFilePermissions(pgpass, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(folder.resolve("secret"), "from-file\n");
    file(SERVERS);
    assertThat(source(Map.of(), Map.of())).isEqualTo("from-pgpass");
    String command = "printf 'from-command\\n'";
    assertThat(source(Map.of(ConfigKey.SOURCE_PASSWORD_COMMAND, command), Map.of()))
        .isEqualTo("from-command");
    Map<ConfigKey, String> byFile = Map.of(ConfigKey.SOURCE_PASSWORD_FILE, "secret");
    assertThat(source(byFile, Map.of())).isEqualTo("from-file");
    Map<String, String> variable = Map.of("FRAM_SOURCE_PASSWORD", "from-env");
    assertThat(source(byFile, variable)).isEqualTo("from-env");
    Map<ConfigKey, String> inUri = Map.of(ConfigKey.SOURCE, "postgresql://ann:from-uri@db1/shop");
    assertThat(source(inUri, variable)).isEqualTo("from-uri");
  }

  @Test
  void aPasswordInTheUriIsWarnedAboutAndNeverShown() throws IOException {
    file(SERVERS);
    ConfigValues values =
        read(
            Map.of(
                ConfigKey.SOURCE, "postgresql://ann:hidden1@db1/shop",
                ConfigKey.TARGET, "postgresql://ann@db2/shop?password=hidden2&sslmode=require"),
            Map.of());
    Servers servers = Servers.from(values, world(Map.of()));
    assertThat(servers.warnings()).hasSize(2).allMatch(w -> w.contains("_PASSWORD"));
    assertThat(servers + servers.warnings().toString()).doesNotContain("hidden");
    assertThat(servers.request().target().password()).contains(new Secret("hidden2"));
    assertThat(servers.request().target().parameters()).containsOnlyKeys("sslmode");
  }

  @Test
  void aPasswordCommandThatFailsStops() throws IOException {
    file(SERVERS);
    assertThatThrownBy(() ->
            source(Map.of(ConfigKey.SOURCE_PASSWORD_COMMAND, "echo hidden; exit 3"), Map.of()))
        .hasMessageContaining("exit code 3")
        .hasMessageNotContaining("hidden");
  }

  private String source(Map<ConfigKey, String> flags, Map<String, String> environment) {
    return Servers.from(read(flags, environment), world(environment))
        .request()
        .source()
        .password()
        .map(Secret::reveal)
        .orElse("none");
  }

  private ConfigValues read(Map<ConfigKey, String> flags, Map<String, String> environment) {
    Map<ConfigKey, List<String>> texts = new HashMap<>();
    flags.forEach((key, text) -> texts.put(key, List.of(text)));
    return new ConfigReader(world(environment)).read(texts, Optional.empty(), Set.of());
  }

  private Surroundings world(Map<String, String> environment) {
    return new Surroundings(environment, folder, folder, "ann");
  }

  private void file(String text) throws IOException {
    Files.writeString(folder.resolve("fram.yaml"), text);
  }
}
