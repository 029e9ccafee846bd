// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.run;

import dev.fram.api.engine.Burden;
import dev.fram.core.residency.Places;
import dev.fram.core.traffic.TrafficSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a user may set, by concern. Every value is obeyed as it stands; whoever reads it from a user
 * refuses what makes no sense.
 */
public record MigrationSettings(
    Copy copy,
    Stream stream,
    Verify verify,
    Cutover cutover,
    Reverse reverse,
    TrafficSettings traffic,
    Guard guard,
    Retry retry,
    Rhythm rhythm,
    Places places) {

  /** Nothing is declared of where the machines stand. */
  public MigrationSettings(
      Copy copy,
      Stream stream,
      Verify verify,
      Cutover cutover,
      Reverse reverse,
      TrafficSettings traffic,
      Guard guard,
      Retry retry,
      Rhythm rhythm) {
    this(copy, stream, verify, cutover, reverse, traffic, guard, retry, rhythm, Places.none());
  }

  /** The defaults: safe without any setting. */
  public static MigrationSettings defaults() {
    return new MigrationSettings(
        Copy.defaults(),
        Stream.defaults(),
        Verify.defaults(),
        Cutover.defaults(),
        Reverse.off(),
        TrafficSettings.defaults(),
        Guard.defaults(),
        Retry.defaults(),
        Rhythm.defaults());
  }

  public MigrationSettings withPlaces(Places value) {
    return new MigrationSettings(
        copy, stream, verify, cutover, reverse, traffic, guard, retry, rhythm, value);
  }

  public MigrationSettings withVerify(Verify value) {
    return new MigrationSettings(
        copy, stream, value, cutover, reverse, traffic, guard, retry, rhythm, places);
  }

  public MigrationSettings withCopy(Copy value) {
    return new MigrationSettings(
        value, stream, verify, cutover, reverse, traffic, guard, retry, rhythm, places);
  }

  public MigrationSettings withStream(Stream value) {
    return new MigrationSettings(
        copy, value, verify, cutover, reverse, traffic, guard, retry, rhythm, places);
  }

  public MigrationSettings withCutover(Cutover value) {
    return new MigrationSettings(
        copy, stream, verify, value, reverse, traffic, guard, retry, rhythm, places);
  }

  public MigrationSettings withReverse(Reverse value) {
    return new MigrationSettings(
        copy, stream, verify, cutover, value, traffic, guard, retry, rhythm, places);
  }

  public MigrationSettings withTraffic(TrafficSettings value) {
    return new MigrationSettings(
        copy, stream, verify, cutover, reverse, value, guard, retry, rhythm, places);
  }

  public MigrationSettings withGuard(Guard value) {
    return new MigrationSettings(
        copy, stream, verify, cutover, reverse, traffic, value, retry, rhythm, places);
  }

  public MigrationSettings withRetry(Retry value) {
    return new MigrationSettings(
        copy, stream, verify, cutover, reverse, traffic, guard, value, rhythm, places);
  }

  public MigrationSettings withRhythm(Rhythm value) {
    return new MigrationSettings(
        copy, stream, verify, cutover, reverse, traffic, guard, retry, value, places);
  }

  /**
   * The copy.
   *
   * @param jobs copier threads, each with two connections
   * @param indexJobs indexes built at a time
   * @param snapshotMaxAge after this a snapshot takes no new table (it holds back vacuum)
   * @param chunkBytes size of a chunk, one target transaction each
   * @param groupBytes tables copied under one snapshot, together; a table larger than this is
   *     copied in key chunks where its key allows it
   */
  public record Copy(
      int jobs, int indexJobs, Duration snapshotMaxAge, long chunkBytes, long groupBytes) {
    public static Copy defaults() {
      return new Copy(4, 2, Duration.ofMinutes(30), 64L << 20, 8L << 30);
    }
  }

  /**
   * Feed, backlog and apply.
   *
   * @param backlogMemory bytes of the backlog kept in memory; more goes to files
   * @param backlogFolder where these files are; made when needed, emptied by each run
   * @param minFreeDisk reading from the source stops when the folder's disk has less than this
   * @param batchChanges most row changes in one target transaction
   * @param batchBytes most bytes in one target transaction
   * @param batchDelay longest time a batch waits to be filled
   */
  public record Stream(
      long backlogMemory,
      Path backlogFolder,
      long minFreeDisk,
      int batchChanges,
      long batchBytes,
      Duration batchDelay) {
    public static Stream defaults() {
      return new Stream(
          64L << 20,
          Path.of(System.getProperty("java.io.tmpdir"), "fram"),
          1L << 30,
          40_000,
          16L << 20,
          Duration.ofMillis(200));
    }
  }

  /**
   * The comparison of both sides.
   *
   * @param mode whether there is one
   * @param jobs comparisons at a time, each with a session on either server
   * @param share percent of the time that a job reads; it rests for the others
   * @param groupBytes tables compared under one pair of snapshots, together; a table larger than
   *     this is compared in ranges of its key where its key allows it
   * @param again how often what was written since is compared
   * @param ledgerKeys most keys of rows written since that are remembered
   * @param differences what becomes of a cutover while rows differ
   * @param mostRepairs most rows that are repaired in the whole migration; more are no chance, and
   *     stop the run
   */
  public record Verify(
      VerifyMode mode,
      int jobs,
      int share,
      long groupBytes,
      Duration again,
      int ledgerKeys,
      Differences differences,
      int mostRepairs) {
    public static Verify defaults() {
      return new Verify(
          VerifyMode.CONTINUOUS,
          2,
          100,
          1L << 30,
          Duration.ofSeconds(10),
          500_000,
          Differences.REFUSE,
          100);
    }
  }

  /** Whether both sides are compared. */
  public enum VerifyMode {
    /** From the moment the target follows, for as long as the run lasts. */
    CONTINUOUS,
    OFF
  }

  /** What becomes of a cutover while rows differ. */
  public enum Differences {
    REFUSE,
    /** A person has decided that the target may serve all the same. */
    ACCEPT
  }

  /**
   * The cutover.
   *
   * @param mode who starts it
   * @param writeBlockBudget how long writes may be blocked before everything is undone
   * @param maxLag the lag above which a cutover is refused
   * @param attempts how often closing the write gate is tried
   */
  public record Cutover(Mode mode, Duration writeBlockBudget, Duration maxLag, int attempts) {
    public static Cutover defaults() {
      return new Cutover(Mode.MANUAL, Duration.ofSeconds(15), Duration.ofSeconds(5), 20);
    }
  }

  /** Who starts the cutover. */
  public enum Mode {
    /** A person, with {@code fram cutover}. */
    MANUAL,
    /** Fram, as soon as it is ready. */
    AUTO
  }

  /**
   * The way back after a cutover.
   *
   * @param window how long the new server's writes are brought to the old one; zero: not at all
   * @param wish what becomes of a cutover where the engine knows no way back
   */
  public record Reverse(Duration window, Wish wish) {
    /** None: the run ends as soon as the target serves. */
    public static Reverse off() {
      return new Reverse(Duration.ZERO, Wish.WHERE_POSSIBLE);
    }

    public boolean on() {
      return !window.isZero();
    }
  }

  /** Whether a person has asked for a way back. */
  public enum Wish {
    /** It is the default: an engine that knows none does without. */
    WHERE_POSSIBLE,
    /** It was asked for: without it nothing is begun. */
    ASKED
  }

  /**
   * What the migration may cost the source.
   *
   * @param mostLog bytes of log that it may keep for us; empty: what the server itself allows, or
   *     else as much as there is data
   * @param leastLog no less than this where there is no other limit than the data's size
   * @param mostRate bytes that the copy may move in a second; empty: as many as it can
   * @param mostLatency percent by which the copy may make the source answer later; empty: not
   *     looked at
   * @param most nearer limits than the engine's own for what else is held back, in the unit of its
   *     kind
   */
  public record Guard(
      OptionalLong mostLog,
      long leastLog,
      OptionalLong mostRate,
      OptionalInt mostLatency,
      Map<Burden.Kind, Long> most) {
    public Guard {
      most = Map.copyOf(most);
    }

    /** With the engine's own limits. */
    public Guard(
        OptionalLong mostLog, long leastLog, OptionalLong mostRate, OptionalInt mostLatency) {
      this(mostLog, leastLog, mostRate, mostLatency, Map.of());
    }

    public static Guard defaults() {
      return new Guard(OptionalLong.empty(), 10L << 30, OptionalLong.empty(), OptionalInt.empty());
    }

    /** The same with a limit for one kind. */
    public Guard withMost(Burden.Kind kind, long limit) {
      return new Guard(mostLog, leastLog, mostRate, mostLatency, Map.of(kind, limit));
    }
  }

  /**
   * Transient failures.
   *
   * @param budget how long they may go on without any progress in between
   * @param firstDelay pause after the first; doubles
   * @param maxDelay longest pause
   * @param tableTries how often the copy of one table is begun
   */
  public record Retry(Duration budget, Duration firstDelay, Duration maxDelay, int tableTries) {
    public static Retry defaults() {
      return new Retry(Duration.ofMinutes(10), Duration.ofMillis(500), Duration.ofSeconds(20), 5);
    }
  }

  /**
   * How often things happen that happen all the time.
   *
   * @param status the picture is shown and published
   * @param command commands are looked for
   * @param watch the source's definitions and log are looked at
   * @param held what waits for a person is tried again
   * @param confirm the source is told what is durable
   */
  public record Rhythm(
      Duration status, Duration command, Duration watch, Duration held, Duration confirm) {
    public static Rhythm defaults() {
      return new Rhythm(
          Duration.ofSeconds(1),
          Duration.ofMillis(200),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1));
    }
  }
}
