// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** PostgreSQL's pgbench as a load. Its clients give up at the first error, so none may happen. */
final class Pgbench implements AutoCloseable {
  private static final int SCALE = 2;
  private static final int RATE = 150;

  private final Process process;
  private final Path output;

  private Pgbench(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Makes its tables. */
  static void fill(Endpoint database) throws Exception {
    try (Pgbench filling = begin(database, List.of("-i", "-q", "-s", Integer.toString(SCALE)))) {
      String told = filling.awaitEnd();
      if (filling.exitCode() != 0) {
        throw new IOException(told);
      }
    }
  }

  /**
   * Starts so many clients, which together do so many transactions, {@value #RATE} a second.
   *
   * @param transactions divided among the clients
   */
  static Pgbench start(Endpoint application, int clients, long transactions) throws IOException {
    return begin(
        application,
        List.of(
            "-n",
            "-c",
            Integer.toString(clients),
            "-j",
            "2",
            "-R",
            Integer.toString(RATE),
            "-t",
            Long.toString(transactions / clients)));
  }

  private static Pgbench begin(Endpoint to, List<String> words) throws IOException {
    List<String> command = new ArrayList<>(List.of(System.getProperty("fram.traffic.pgbench")));
    command.addAll(words);
    command.addAll(List.of("-h", to.host(), "-p", Integer.toString(to.port())));
    command.addAll(List.of("-U", to.user(), to.database()));
    Path output = Files.createTempFile("fram-pgbench", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("PGPASSWORD", to.password().map(Secret::reveal).orElse(""));
    return new Pgbench(builder.start(), output);
  }

  /** What it has said when it has ended. */
  String awaitEnd() throws Exception {
    process.waitFor();
    return Files.readString(output);
  }

  int exitCode() {
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(output);
  }
}
