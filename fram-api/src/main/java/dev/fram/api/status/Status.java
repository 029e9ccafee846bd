// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.status;

import java.util.ArrayList;
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
 * @param verify the comparison of both sides
 * @param cutover the cutover, once one was tried
 * @param reverse the reverse feed, while there is one
 * @param guard what is held back for the source's sake, and why; empty when nothing is
 * @param lagTrend the lag of the last minutes, of the reverse feed while there is one
 * @param lagging why the target is behind; empty while it is not
 * @param held why the run waits for a person; empty when it does not
 * @param question what only a person can answer; empty when nothing is asked
 * @param alarms what must be looked at now, oldest first
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
    Verify verify,
    Optional<Cutover> cutover,
    Optional<Reverse> reverse,
    Optional<String> guard,
    Trend lagTrend,
    Optional<String> lagging,
    Optional<String> held,
    Optional<Question> question,
    List<String> alarms,
    List<String> notes,
    List<String> nextSteps) {
  /** A note that begins so tells of a throttle. */
  public static final String THROTTLED = "Throttled: ";

  /** What holds a run begins so when a person has paused it. */
  public static final String PAUSED = "Paused: ";

  @SuppressWarnings("RedundantNullCheck") // a picture that an older program has written
  public Status {
    alarms = alarms == null ? List.of() : List.copyOf(alarms);
    lagTrend = lagTrend == null ? Trend.none() : lagTrend;
  }

  /** The same with that question and the commands that answer it. */
  public Status asking(Question asked) {
    List<String> steps = new ArrayList<>(asked.commands());
    steps.add("fram migrate");
    return with(phase, phaseMillis, Optional.of(asked), steps);
  }

  /** Whether a person has paused the run. */
  public boolean paused() {
    return held.filter(why -> why.startsWith(PAUSED)).isPresent();
  }

  /** The same with other next steps. */
  public Status leadingTo(List<String> steps) {
    return with(phase, phaseMillis, question, steps);
  }

  /** The same in a phase that has just been reached; nothing is asked in it. */
  public Status in(PhaseName reached) {
    return with(reached, 0, Optional.empty(), nextSteps);
  }

  private Status with(
      PhaseName shown, long shownMillis, Optional<Question> asked, List<String> steps) {
    return new Status(
        migration,
        source,
        target,
        shown,
        shownMillis,
        totalMillis,
        copy,
        feed,
        verify,
        cutover,
        reverse,
        guard,
        lagTrend,
        lagging,
        held,
        asked,
        alarms,
        notes,
        steps);
  }

  /**
   * @param tables tables in scope that are copied
   * @param tablesCopied of them on the target
   * @param tablesReady of them also indexed
   * @param rows rows copied
   * @param bytes bytes copied
   * @param expectedBytes estimate of the bytes to copy
   * @param bytesPerSecond rate over the last seconds
   * @param eta how long copy and indexes still take
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
      Eta eta,
      List<TableInFlight> inFlight) {}

  /**
   * A range, from what was seen so far; -1 while that is too little for a number.
   *
   * @param lowMillis at best
   * @param highMillis at worst
   * @param of what it covers
   */
  public record Eta(long lowMillis, long highMillis, Of of) {
    /** What an estimate covers. */
    public enum Of {
      /** No index was built yet to tell from. */
      COPY,
      COPY_AND_INDEXES
    }

    /** Nothing can be said yet. */
    public static Eta measuring() {
      return new Eta(-1, -1, Of.COPY);
    }

    public boolean known() {
      return lowMillis >= 0;
    }
  }

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
   * @param lagMillis age of the oldest transaction not yet applied; 0 when there is none, -1 while
   *     the source does not answer
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
   * How one number went, in even steps; the last one is now.
   *
   * @param stepMillis how long a step is
   * @param values the highest of each step, oldest first; -1 where it was not known
   */
  public record Trend(long stepMillis, List<Long> values) {
    public Trend {
      values = List.copyOf(values);
    }

    /** Before anything is known. */
    public static Trend none() {
      return new Trend(0, List.of());
    }
  }

  /**
   * @param mode {@code continuous} or {@code off}; empty before it begins
   * @param tables tables that are compared
   * @param equal of them found equal, at one moment each
   * @param different of them with rows that differ
   * @param rows rows compared
   * @param differing rows that differ
   * @param touched rows written since they were compared, of the tables found equal
   * @param rowsPerSecond rate of one job
   * @param lastProofMillis how long the last proof would take now
   */
  public record Verify(
      String mode,
      int tables,
      int equal,
      int different,
      long rows,
      long differing,
      long touched,
      long rowsPerSecond,
      long lastProofMillis) {

    /** Before anything is known. */
    public static Verify none() {
      return new Verify("", 0, 0, 0, 0, 0, 0, 0, 0);
    }
  }

  /**
   * @param attempts how often the gate was tried
   * @param writeBlockMillis how long writes were blocked, by the last attempt that closed the gate;
   *     -1 when none did, or when the run that closed it ended before it could tell
   * @param steps each step with what became of it
   * @param frozenAt the position read after the freeze; empty before
   * @param result what came of it, one sentence; empty while it runs
   * @param probe what a client saw of it, when a probe was wanted
   */
  public record Cutover(
      int attempts,
      long writeBlockMillis,
      List<Step> steps,
      String frozenAt,
      String result,
      Optional<Probe> probe) {}

  /**
   * The new server's writes on their way to the old one, after the cutover.
   *
   * @param received the position read from the new server's log
   * @param applied the position durable on the old server
   * @param lagBytes bytes of the new server's log not yet applied
   * @param lagMillis age of the oldest transaction not yet applied; 0 when there is none
   * @param transactions transactions applied by this run
   * @param changes row changes applied by this run
   * @param retainedBytes log kept on the new server because of Fram
   * @param leftMillis what is left of the reverse window
   */
  public record Reverse(
      String received,
      String applied,
      long lagBytes,
      long lagMillis,
      long transactions,
      long changes,
      long retainedBytes,
      long leftMillis) {}

  /**
   * What a client sees of a cutover, by the applications' own path.
   *
   * @param path {@code host:port/database}
   * @param writes that were acknowledged
   * @param reads that were answered
   * @param longestWriteGapMillis longest time between two acknowledged writes; -1 when it is not
   *     known, because the run that measured it ended within the cutover
   * @param longestReadGapMillis longest time between two answered reads; -1 likewise
   * @param writeErrors writes and connections for them that failed
   * @param readErrors the same for reads
   * @param lastError the newest failure's code; empty when there was none
   */
  public record Probe(
      String path,
      long writes,
      long reads,
      long longestWriteGapMillis,
      long longestReadGapMillis,
      long writeErrors,
      long readErrors,
      String lastError) {}

  /**
   * @param name the step
   * @param outcome {@code running}, {@code done}, {@code undone}, {@code failed}, {@code unknown}
   * @param millis how long it took
   */
  public record Step(String name, String outcome, long millis) {}
}
