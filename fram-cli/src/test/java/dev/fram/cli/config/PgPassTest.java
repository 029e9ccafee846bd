// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PgPassTest {
  private static final PgPass.Login LOGIN = new PgPass.Login("db1", "5432", "shop", "ann");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "db1:5432:shop:ann:secret | secret",
        "*:*:*:*:secret | secret",
        "db1:5432:*:ann:a:b | a:b",
        "db1:5432:shop:ann:a\\:b\\\\c | a:b\\c",
        "d\\b1:5432:shop:ann:x | x",
        "db1:5432:shop:ann:* | *",
      })
  void matches(String line, String password) {
    assertThat(PgPass.match(line, LOGIN)).contains(new Secret(password));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "#db1:5432:shop:ann:secret",
        "db2:5432:shop:ann:secret",
        "db1:5433:shop:ann:secret",
        "db1:5432:shop:ann",
        "db1:5432:shop:ann:",
        "\\*:5432:shop:ann:secret",
        "db*:5432:shop:ann:secret"
      })
  void doesNotMatch(String line) {
    assertThat(PgPass.match(line, LOGIN)).isEmpty();
  }

  @Test
  void theFirstMatchWins() throws IOException {
    Path file = file("*:*:other:*:no\ndb1:*:*:*:first\n*:*:*:*:second\n", "rw-------");
    assertThat(new PgPass(file).find(LOGIN).password()).contains(new Secret("first"));
  }

  @Test
  void aFileThatOthersCanReadIsIgnoredWithAWarning() throws IOException {
    Path file = file("*:*:*:*:secret\n", "rw-r-----");
    PgPass.Answer answer = new PgPass(file).find(LOGIN);
    assertThat(answer.password()).isEmpty();
    assertThat(answer.warning().orElseThrow()).contains("chmod 600").doesNotContain("secret");
  }

  @Test
  void noFileIsNoAnswer() {
    PgPass.Answer answer = new PgPass(folder.resolve("none")).find(LOGIN);
    assertThat(answer.password()).isEmpty();
    assertThat(answer.warning()).isEmpty();
  }

  private Path file(String text, String permissions) throws IOException {
    Path file = Files.writeString(folder.resolve("pgpass"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
