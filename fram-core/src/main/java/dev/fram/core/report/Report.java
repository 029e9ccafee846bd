// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.report;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import dev.fram.core.chronicle.Series;
import dev.fram.core.chronicle.Story;
import dev.fram.core.residency.Chain;
import dev.fram.core.residency.Entry;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that a report says. Its JSON is the report; the page is drawn from that JSON and has
 * no number of its own. Times are milliseconds since 1970, durations milliseconds, -1 is unknown.
 *
 * @param format the version of this form
 * @param fram the version of Fram that wrote it
 * @param writtenMillis when
 * @param verdict what came of the migration
 * @param migration which one, between which servers
 * @param phases how long each took
 * @param copy the copy's sums
 * @param feed the changes' sums
 * @param tables every table, the largest first
 * @param tablesListed how many of them the page lists
 * @param throughput over time
 * @param forecast what was foretold, and what came of it
 * @param cutovers every cutover and rollback that was tried
 * @param proof the comparison of both sides
 * @param inventory what became of the objects
 * @param alarms what must not happen and did
 * @param question what a person has to decide; empty when nothing
 * @param lines what was said meanwhile
 * @param linesOmitted how many older ones are not kept
 * @param runs the processes that worked on it
 * @param residency the hash-chained record
 */
public record Report(
    int format,
    String fram,
    long writtenMillis,
    Verdict verdict,
    Migration migration,
    List<PhaseTime> phases,
    Copy copy,
    Feed feed,
    List<TableLine> tables,
    int tablesListed,
    Throughput throughput,
    Comparison forecast,
    List<Story.Crossing> cutovers,
    Proof proof,
    Objects inventory,
    List<Story.Line> alarms,
    Optional<Question> question,
    List<Story.Line> lines,
    long linesOmitted,
    List<Story.Run> runs,
    List<Entry> residency) {
  /** The form that this version writes. */
  public static final int FORMAT = 1;

  /** What a person has to think of it at first sight. */
  public enum State {
    RUNNING,
    MOVED,
    /** It is over, or goes on, and somebody has to look at something. */
    ATTENTION,
    BACK,
    COMPLETED
  }

  /**
   * @param sentence one line; what was overridden stands in it
   * @param because more sentences
   */
  public record Verdict(State state, String sentence, List<String> because) {}

  /**
   * @param id the migration's id
   * @param source {@code host:port/database}
   * @param target the same
   * @param phase now
   * @param beganMillis when it was first seen; -1 when nothing was kept
   * @param seenMillis when it was last seen
   * @param durationMillis between these
   */
  public record Migration(
      String id,
      String source,
      String target,
      String phase,
      long beganMillis,
      long seenMillis,
      long durationMillis) {}

  /**
   * @param millis how long; for the last one until it was last seen
   */
  public record PhaseTime(String phase, long beganMillis, long millis) {}

  public record Copy(
      int tables, int tablesReady, long rows, long bytes, long millis, long bytesPerSecond) {}

  public record Feed(long transactions, long changes, long lagMillis, String applied) {}

  /**
   * @param compared {@code equal}, {@code different}; empty when it was not compared
   */
  public record TableLine(String name, String stage, long rows, long bytes, String compared) {}

  /**
   * Both series with their peaks: a chart's axis ends there.
   *
   * @param there until the target served
   * @param after from then on
   */
  public record Throughput(Chart there, Chart after) {}

  public record Chart(
      Series series, long peakCopyBytesPerSecond, long peakChangesPerSecond, long peakLagMillis) {}

  /**
   * @param measured whether anybody has measured
   * @param said that nobody has, or when it was
   */
  public record Comparison(
      boolean measured, String said, long measuredMillis, List<Foretold> parts, List<String> why) {}

  /**
   * @param lowMillis -1 when nothing was foretold
   * @param actualMillis -1 when it did not happen yet
   * @param verdict {@code inside}, {@code faster}, {@code slower}; empty when nothing can be said
   */
  public record Foretold(
      String part, long lowMillis, long highMillis, long actualMillis, String verdict) {}

  /**
   * @param mode {@code continuous}, {@code off}; empty before it began
   */
  public record Proof(
      String mode, int tables, int equal, int different, long rows, long differing) {
    static Proof of(Status.Verify verify) {
      return new Proof(
          verify.mode(),
          verify.tables(),
          verify.equal(),
          verify.different(),
          verify.rows(),
          verify.differing());
    }
  }

  /**
   * @param listed whether the objects could be listed
   * @param origin which lists, or why there is none
   * @param counts by state
   * @param total of the source's objects
   * @param leftOver the objects that are missing or other, one sentence each
   * @param leftOverMore how many more there are
   */
  public record Objects(
      boolean listed,
      String origin,
      Map<String, Integer> counts,
      int total,
      List<String> leftOver,
      int leftOverMore) {}

  /** The same after {@code fram complete}: what Fram made is gone, and with it what it kept. */
  public Report completed(long nowMillis, Chain chain) {
    State state = verdict.state() == State.MOVED ? State.COMPLETED : verdict.state();
    Verdict ended =
        new Verdict(
            state, "Completed, what Fram made is gone. " + verdict.sentence(), verdict.because());
    Migration now =
        new Migration(
            migration.id(),
            migration.source(),
            migration.target(),
            PhaseName.COMPLETED.name(),
            migration.beganMillis(),
            nowMillis,
            migration.beganMillis() < 0 ? -1 : nowMillis - migration.beganMillis());
    return new Report(
        format,
        fram,
        nowMillis,
        ended,
        now,
        phases,
        copy,
        feed,
        tables,
        tablesListed,
        throughput,
        forecast,
        cutovers,
        proof,
        inventory,
        alarms,
        question,
        lines,
        linesOmitted,
        runs,
        chain.entries());
  }
}
