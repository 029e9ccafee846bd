// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Takes the archive: the whole schema but Fram's own, under a snapshot that the caller holds. */
final class DumpCommand {
  private DumpCommand() {}

  /**
   * Runs pg_dump.
   *
   * @param snapshot an exported snapshot, so that the archive and what is read beside it agree
   * @param leftOut tables, views and sequences that are not in the scope
   */
  static byte[] run(
      ClientTools tools,
      Endpoint source,
      String snapshot,
      Set<SchemaOption> options,
      Collection<TableId> leftOut) {
    try (ToolConnection connection = new ToolConnection(source)) {
      Path file = Files.createTempFile("fram-schema-", ".dump");
      try {
        List<String> command = new ArrayList<>();
        command.add(tools.pgDump().toString());
        command.addAll(
            List.of(
                "--format=custom",
                "--schema-only",
                "--no-subscriptions",
                "--encoding=UTF8",
                // A guest waits for a lock as briefly as anything else of Fram does.
                "--lock-wait-timeout=10s",
                "--snapshot=" + snapshot,
                "--exclude-schema=" + pattern("fram")));
        command.addAll(switches(options));
        leftOut.forEach(table ->
            command.add(
                "--exclude-table=" + pattern(table.schema()) + "." + pattern(table.name())));
        command.addAll(List.of("--no-password", "--file=" + file));
        ToolProcess.output(
            command, connection.environment(), "source " + source.display() + ": reading schema");
        return Files.readAllBytes(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What both programs understand; owners are decided when pg_restore runs. */
  static List<String> switches(Set<SchemaOption> options) {
    List<String> switches = new ArrayList<>();
    // Labels belong to a provider that the target need not have.
    switches.add("--no-security-labels");
    if (options.contains(SchemaOption.NO_OWNER)) {
      switches.add("--no-owner");
    }
    if (options.contains(SchemaOption.NO_PRIVILEGES)) {
      switches.add("--no-privileges");
    }
    if (options.contains(SchemaOption.NO_COMMENTS)) {
      switches.add("--no-comments");
    }
    if (options.contains(SchemaOption.NO_TABLESPACES)) {
      switches.add("--no-tablespaces");
    }
    return switches;
  }

  /** A name as a pattern that matches nothing else: in double quotes no character is special. */
  private static String pattern(String name) {
    return Quoting.identifier(name);
  }
}
