// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgToolsTest {

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void theToolsDumpAServerOfTheirVersionAndRestoreIt(int major, @TempDir Path folder)
      throws Exception {
    PgTools tools = PgTools.atLeast(major);
    assertThat(tools.major()).isGreaterThanOrEqualTo(major);
    assertThat(tools.binFolder()).isEqualTo(tools.pgRestore().getParent());
    try (PostgresServer server = PostgresServer.plan(PostgresVersion.of(major)).start()) {
      server.execute("postgres", "CREATE TABLE dumped AS SELECT 1 AS a");
      server.createDatabase("restored");
      String archive = folder.resolve("dump").toString();
      String[] target = login(server);
      run(server, tools.pgDump(), target, "-Fc", "-f", archive, "postgres");
      run(server, tools.pgRestore(), target, "-d", "restored", archive);
      try (var connection = server.connect("restored");
          var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT a FROM dumped")) {
        assertThat(rows.next()).isTrue();
      }
    }
  }

  @Test
  void theWorkloadsSchemaGoesFromTheOldestToTheNewestServer(@TempDir Path folder) throws Exception {
    PgTools tools = PgTools.atLeast(18);
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V13).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start();
        var connection = source.connect("postgres")) {
      WorkloadSchema.create(connection, 1_000);
      String archive = folder.resolve("dump").toString();
      run(source, tools.pgDump(), login(source), "-Fc", "-f", archive, "postgres");
      run(target, tools.pgRestore(), login(target), "-e", "-d", "postgres", archive);
    }
  }

  private static String[] login(PostgresServer server) {
    return new String[] {
      "-h", server.host(), "-p", Integer.toString(server.port()), "-U", "postgres"
    };
  }

  private static void run(PostgresServer server, Path program, String[] target, String... words)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(program.toString()).redirectErrorStream(true);
    builder.command().addAll(List.of(target));
    builder.command().addAll(List.of(words));
    builder.environment().put("PGPASSWORD", server.password());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
