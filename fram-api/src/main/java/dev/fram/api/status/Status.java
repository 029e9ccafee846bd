// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.status;

import java.util.List;
import java.util.Optional;

/**
 * One picture of everything that is shown anywhere: screen, page, {@code --json}, metrics and
 * report keep no numbers of their own. Bytes are bytes, durations are milliseconds, -1 means
 * unknown.
 *
 * @param migration the migration's id
 * @param source the source's {@code host:port/database}
 * @param target the target's
 * @param phase the phase
 * @param phaseMillis how long it has been in that phase
 * @param totalMillis since this run began
 * @param copy the copy
 * @param feed feed and apply
 * @param cutover the cutover, once one was tried
 * @param held why the run waits for a person; empty when it does not
 * @param notes what the operator should know now, newest last
 * @param nextSteps the commands that make sense next
 */
public record Status(
    String migration,
    String source,
    String target,
    PhaseName phase,
    long phaseMillis,
    long totalMillis,
    Copy copy,
    Feed feed,
    Optional<Cutover> cutover,
    Optional<String> held,
    List<String> notes,
    List<String> nextSteps) {

  /**
   * @param tables tables in scope that are copied
   * @param tablesCopied of them on the target
   * @param tablesReady of them also indexed
   * @param rows rows copied
   * @param bytes bytes copied
   * @param expectedBytes estimate of the bytes to copy
   * @param bytesPerSecond rate over the last seconds
   * @param etaMillis estimate of the time left; -1 unknown
   * @param inFlight tables that are being copied or indexed now
   */
  public record Copy(
      int tables,
      int tablesCopied,
      int tablesReady,
      long rows,
      long bytes,
      long expectedBytes,
      long bytesPerSecond,
      long etaMillis,
      List<TableInFlight> inFlight) {}

  /**
   * @param table the table
   * @param activity {@code copy} or {@code index}
   * @param bytes bytes copied
   * @param expectedBytes estimate
   */
  public record TableInFlight(String table, String activity, long bytes, long expectedBytes) {}

  /**
   * @param received the position read
   * @param applied the position durable on the target
   * @param lagBytes bytes of the source's log not yet applied
   * @param lagMillis age of the oldest transaction not yet applied; 0 when there is none
   * @param backlogBytes bytes read but not applied
   * @param backlogOnDiskBytes of these on disk
   * @param transactions source transactions applied
   * @param changes row changes applied
   * @param skipped row changes that the copy already held
   * @param changesPerSecond rate over the last seconds
   * @param retainedBytes log kept on the source because of Fram
   */
  public record Feed(
      String received,
      String applied,
      long lagBytes,
      long lagMillis,
      long backlogBytes,
      long backlogOnDiskBytes,
      long transactions,
      long changes,
      long skipped,
      long changesPerSecond,
      long retainedBytes) {}

  /**
   * @param attempts how often the gate was tried
   * @param writeBlockMillis how long writes were blocked, by the last attempt that closed the gate
   * @param steps each step with what became of it
   * @param frozenAt the position read after the freeze; empty before
   * @param result what came of it, one sentence; empty while it runs
   */
  public record Cutover(
      int attempts, long writeBlockMillis, List<Step> steps, String frozenAt, String result) {}

  /**
   * @param name the step
   * @param outcome {@code running}, {@code done}, {@code undone}, {@code failed}, {@code unknown}
   * @param millis how long it took
   */
  public record Step(String name, String outcome, long millis) {}
}
