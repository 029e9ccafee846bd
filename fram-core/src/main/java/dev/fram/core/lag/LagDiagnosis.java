// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import dev.fram.api.engine.ApplyMoment;
import dev.fram.api.engine.ApplyMoment.Doing;
import dev.fram.api.model.TableId;
import dev.fram.core.figures.Amount;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Says why the target is behind: what the applier was seen doing most of the time, and what would
 * help. Stateless; knows no server.
 *
 * @param cause what it is
 * @param sentence for people
 */
public record LagDiagnosis(Cause cause, String sentence) {
  /** Below this the applier is fed as it goes, and does not wait because of us. */
  private static final long LITTLE = 1 << 20;

  /** A round trip in one network takes a tenth of it. */
  private static final double LONG_WAY_MILLIS = 20;

  /** Why the target is behind. */
  public enum Cause {
    /** The source does not answer, so nobody knows how far it is. */
    SOURCE_SILENT,
    /** The target does not answer, so nothing is applied and nobody can look why. */
    TARGET_SILENT,
    LOCK_ON_TARGET,
    NOTHING_FINDS_THE_ROW,
    TARGET_FLUSH,
    TARGET_STANDBY,
    TARGET_READS,
    TARGET_CPU,
    NETWORK_TO_TARGET,
    BACKLOG_DISK,
    FRAM_CPU,
    SOURCE_SENDS_SLOWLY,
    APPLIER_ABSENT
  }

  /** The source has not answered. */
  public static LagDiagnosis silent(Contact.Silence silence) {
    return new LagDiagnosis(
        Cause.SOURCE_SILENT,
        silence("source", silence)
            + ", so how far the target is behind is not known. It serves its own applications as"
            + " it can; look at the network between it and this machine. We try again.");
  }

  /** The target has not answered. */
  public static LagDiagnosis silentTarget(Contact.Silence silence) {
    return new LagDiagnosis(
        Cause.TARGET_SILENT,
        silence("target", silence)
            + ". The source serves on, and nothing is lost; look at the target's disk (a server"
            + " waits when it is full) and at the network between it and this machine. We try"
            + " again.");
  }

  private static String silence(String who, Contact.Silence silence) {
    return "The "
        + who
        + " has not answered for "
        + Amount.time(silence.millis())
        + silence.seen().map(seen -> " (" + ended(seen) + ")").orElse("");
  }

  /** What the evidence says. */
  public static LagDiagnosis of(Evidence seen) {
    Map<Doing, Integer> counts = new EnumMap<>(Doing.class);
    seen.moments().forEach(m -> counts.merge(m.doing(), 1, Integer::sum));
    Doing most =
        counts.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(Doing.ABSENT);
    int looks = counts.getOrDefault(most, 0);
    String share = " (in " + looks + " of " + seen.moments().size() + " looks)";
    Cause cause = cause(most, seen);
    return new LagDiagnosis(
        cause, behind(seen) + ": " + because(cause, most, seen) + share + ". " + help(cause));
  }

  private static Cause cause(Doing most, Evidence seen) {
    return switch (most) {
      case WAITS_FOR_LOCK -> Cause.LOCK_ON_TARGET;
      case SEARCHES -> Cause.NOTHING_FINDS_THE_ROW;
      case FLUSHES -> Cause.TARGET_FLUSH;
      case WAITS_FOR_STANDBY -> Cause.TARGET_STANDBY;
      case READS -> Cause.TARGET_READS;
      case COMPUTES -> Cause.TARGET_CPU;
      case ABSENT -> Cause.APPLIER_ABSENT;
      case WAITS_FOR_US -> {
        if (seen.backlogBytes() < LITTLE) {
          yield seen.roundTripMillis() >= LONG_WAY_MILLIS
              ? Cause.NETWORK_TO_TARGET
              : Cause.SOURCE_SENDS_SLOWLY;
        }
        if (seen.roundTripMillis() >= LONG_WAY_MILLIS) {
          yield Cause.NETWORK_TO_TARGET;
        }
        yield seen.onDiskBytes() > 0 ? Cause.BACKLOG_DISK : Cause.FRAM_CPU;
      }
    };
  }

  private static String behind(Evidence seen) {
    return "The target is "
        + Amount.time(seen.lagMillis())
        + " behind ("
        + Amount.count(seen.transactions())
        + " transactions, "
        + Amount.bytes(seen.backlogBytes())
        + ")";
  }

  private static String because(Cause cause, Doing most, Evidence seen) {
    String table = table(most, seen).map(TableId::toString).orElse("a table");
    return switch (cause) {
      case LOCK_ON_TARGET -> "our write to " + table + " waits for a lock of " + holder(seen);
      case NOTHING_FINDS_THE_ROW ->
          table
              + " has no primary key and no unique index on the target, so for each changed row"
              + " the whole table is read";
      case TARGET_FLUSH -> "the target waits for its disk to make its log durable";
      case TARGET_STANDBY ->
          "the target waits for its standby (synchronous or semi-synchronous replication)";
      case TARGET_READS -> "the target reads pages of " + table + " from its disk";
      case TARGET_CPU -> "the target computes, on " + table;
      case NETWORK_TO_TARGET ->
          "the target waits for us, and takes "
              + Amount.latency(seen.roundTripMillis())
              + " to answer a small question: the way to it is long or full";
      case BACKLOG_DISK ->
          "the target waits for us, and "
              + Amount.bytes(seen.onDiskBytes())
              + " wait on this machine's disk";
      case FRAM_CPU -> "the target waits for us: this machine does not get its work done";
      case SOURCE_SENDS_SLOWLY ->
          "the target waits for us, and hardly anything waits here: what the source writes comes"
              + " slowly";
      case APPLIER_ABSENT -> "nothing is applied now";
      case SOURCE_SILENT -> "the source does not answer";
      case TARGET_SILENT -> "the target does not answer";
    };
  }

  private static String help(Cause cause) {
    return switch (cause) {
      case LOCK_ON_TARGET -> "It ends when that transaction ends; end it if nobody needs it.";
      case NOTHING_FINDS_THE_ROW ->
          "A primary key helps, on both servers; or copy the table at the cutover"
              + " (--copy-at-cutover), or leave it out (--exclude).";
      case TARGET_FLUSH ->
          "A faster disk for the target's log helps; fram measure tells how long a flush takes.";
      case TARGET_STANDBY -> "Let the target go without it until the cutover.";
      case TARGET_READS ->
          "More memory on the target helps, or a faster disk; comparing less meanwhile too"
              + " (--verify-pace).";
      case TARGET_CPU ->
          "Look for what else runs there; comparing less meanwhile helps too (--verify-pace).";
      case NETWORK_TO_TARGET -> "Run Fram nearer to the target.";
      case BACKLOG_DISK ->
          "A faster disk for the backlog (--backlog-folder) or more memory for it"
              + " (--backlog-memory) helps.";
      case FRAM_CPU -> "Give it a processor more, or end what else runs on it.";
      case SOURCE_SENDS_SLOWLY ->
          "Look at the network from the source, and at the processor that its log sender has.";
      case APPLIER_ABSENT -> "We are about to open our session again; the log tells why.";
      case SOURCE_SILENT, TARGET_SILENT -> "We try again.";
    };
  }

  /** The table that is seen most while the applier does that. */
  private static Optional<TableId> table(Doing most, Evidence seen) {
    Map<TableId, Integer> counts = new TreeMap<>();
    seen.moments().stream()
        .filter(m -> m.doing() == most)
        .flatMap(m -> m.table().stream())
        .forEach(t -> counts.merge(t, 1, Integer::sum));
    return counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
  }

  private static String holder(Evidence seen) {
    return seen.moments().stream()
        .map(ApplyMoment::detail)
        .filter(text -> !text.isEmpty())
        .reduce((older, newer) -> newer)
        .orElse("another session");
  }

  private static String ended(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }
}
