// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClientToolsTest {

  @Test
  void theTargetsOwnVersionIsBest() {
    List<ClientTools> all = List.of(tools(13), tools(15), tools(17), tools(18));
    assertThat(major(all, 15, 17)).contains(17);
    assertThat(major(all, 15, 16)).contains(15);
    assertThat(major(all, 16, 16)).contains(17);
    assertThat(major(all, 18, 18)).contains(18);
    assertThat(major(all, 19, 19)).isEmpty();
    assertThat(major(List.of(), 15, 15)).isEmpty();
  }

  @Test
  void thePasswordIsInAFileOfOnesOwnAndNowhereElse() throws IOException {
    Endpoint endpoint =
        new Endpoint(
            "postgresql",
            "::1",
            0,
            "u",
            "d b",
            Map.of("sslmode", "verify-full", "sslrootcert", "/x", "unknown", "y"),
            Optional.of(new Secret("p:a\\s")));
    Path file;
    try (ToolConnection connection = new ToolConnection(endpoint)) {
      assertThat(connection.environment())
          .containsEntry("PGHOST", "::1")
          .containsEntry("PGPORT", "5432")
          .containsEntry("PGDATABASE", "d b")
          .containsEntry("PGSSLMODE", "verify-full")
          .containsEntry("PGSSLROOTCERT", "/x");
      assertThat(connection.environment().values()).noneMatch(value -> value.contains("p:a"));
      file = Path.of(connection.environment().get("PGPASSFILE"));
      assertThat(Files.readString(file)).isEqualTo("*:*:*:*:p\\:a\\\\s\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void aProgramsFailureIsSaidWithItsOwnWords() {
    ToolProcess.Result result =
        ToolProcess.run(List.of("sh", "-c", "echo out; echo err >&2; exit 3"), Map.of());
    assertThat(result).isEqualTo(new ToolProcess.Result(3, "out\n", "err\n"));
  }

  private static Optional<Integer> major(List<ClientTools> all, int source, int target) {
    return ClientTools.best(all, source, target).map(ClientTools::major);
  }

  private static ClientTools tools(int major) {
    return new ClientTools(Path.of("pg_dump"), Path.of("pg_restore"), major, "v" + major);
  }
}
