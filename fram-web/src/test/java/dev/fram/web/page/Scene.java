// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.model.Table.Transfer;
import dev.fram.api.model.TableId;
import dev.fram.api.status.Command;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.Goal;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.migration.RunResult;
import dev.fram.core.report.Report;
import dev.fram.core.report.ReportJson;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryEngine;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import dev.fram.testkit.memory.MemorySource;
import dev.fram.testkit.memory.MemoryTarget;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A whole migration between two servers in memory, with a workload, that a page looks at. */
final class Scene implements RunningMigration, AutoCloseable {
  private final MemorySource source = new MemorySource();
  private final MemoryTarget target = new MemoryTarget();
  private final MigrationSettings settings;
  private final MigrationRun run;
  private final MemoryWorkload workload;
  private final CompletableFuture<RunResult> result = new CompletableFuture<>();

  Scene(Path folder) {
    List<TableId> tables = new ArrayList<>();
    for (String name : List.of("items", "orders", "customers")) {
      TableId table = new TableId("public", name);
      source.createTable(table, Transfer.COPY_AND_FOLLOW);
      tables.add(table);
    }
    MemoryWorkload.seed(source, tables, 60);
    this.settings = settings(folder);
    this.run = new MigrationRun(engine(), MemoryEngine.request(), settings, Clock.system());
    this.workload = new MemoryWorkload(source, target, tables).start(2, 1);
  }

  private MemoryEngine engine() {
    return new MemoryEngine(source, target, new MemoryProcess(MemoryFaults.NONE));
  }

  private static MigrationSettings settings(Path folder) {
    MigrationSettings.Stream stream = MigrationSettings.Stream.defaults();
    return MigrationSettings.defaults()
        .withStream(
            new MigrationSettings.Stream(
                stream.backlogMemory(),
                folder,
                0,
                stream.batchChanges(),
                stream.batchBytes(),
                Duration.ofMillis(5)))
        .withReverse(
            new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED));
  }

  /** Begins; the page is told everything. */
  void begin(Dashboard page) {
    run.addStatusListener(page::show);
    run.addFindingListener(page::found);
    Thread.ofPlatform()
        .name("scene")
        .start(() -> {
          try {
            result.complete(run.run(Goal.MIGRATE));
          } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
          }
        });
  }

  CompletableFuture<RunResult> result() {
    return result;
  }

  @Override
  public String json(Status status) {
    return StatusJson.write(status);
  }

  @Override
  public List<TableProgress> tables() {
    return run.tables();
  }

  private MigrationClient client() {
    return new MigrationClient(engine(), MemoryEngine.request(), settings, Clock.system());
  }

  @Override
  public String forecast() {
    return ReportJson.tree(client().forecast().orElseThrow()).toString();
  }

  /** The page that shows it is the command line's: here only the words of its verdict. */
  @Override
  public WrittenReport report() {
    Report report = client().report("test").orElseThrow();
    String page =
        "<!DOCTYPE html><html lang=\"en\"><title>Report</title><style>main{color:#123456}</style>"
            + "<main><h1>"
            + report.verdict().sentence()
            + "</h1></main><script>document.title = 'ran'</script>";
    return new WrittenReport(page, ReportJson.text(ReportJson.tree(report)));
  }

  @Override
  public Reply ask(Command command) {
    Answer answer = client().ask(command);
    return new Reply(answer.exitCode(), answer.message(), answer.details());
  }

  @Override
  public void close() {
    run.stop();
    result.handle((ended, failure) -> ended).join();
    workload.close();
  }
}
