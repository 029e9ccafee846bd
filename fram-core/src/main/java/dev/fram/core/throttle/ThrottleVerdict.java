// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import dev.fram.api.status.Status;
import dev.fram.core.figures.Amount;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.OptionalDouble;

/**
 * What a throttle is, in words.
 *
 * @param found what was seen in the copy
 * @param roundTripBefore milliseconds to that side and back before the copy; empty when unknown
 * @param roundTripNow the same now
 * @param bytesLeft bytes still to be copied, by estimate
 */
record ThrottleVerdict(
    Throttled found, OptionalDouble roundTripBefore, OptionalDouble roundTripNow, long bytesLeft) {
  /** A narrow link makes everything wait that goes over it. */
  private static final double TIMES_LONGER = 3;

  private static final double LEAST_MILLIS = 3;

  /** Who slows the copy. */
  enum Cause {
    SOURCE_READ,
    SOURCE_NETWORK,
    TARGET_WRITE,
    TARGET_NETWORK
  }

  Cause cause() {
    boolean network =
        roundTripBefore.isPresent()
            && roundTripNow.isPresent()
            && roundTripNow.getAsDouble() > TIMES_LONGER * roundTripBefore.getAsDouble()
            && roundTripNow.getAsDouble() - roundTripBefore.getAsDouble() > LEAST_MILLIS;
    return switch (found.side()) {
      case SOURCE -> network ? Cause.SOURCE_NETWORK : Cause.SOURCE_READ;
      case TARGET -> network ? Cause.TARGET_NETWORK : Cause.TARGET_WRITE;
    };
  }

  String sentence() {
    return Status.THROTTLED
        + "the copy fell from "
        + Amount.rate(found.before())
        + " to "
        + Amount.rate(found.after())
        + " at "
        + time()
        + " without a change of its load; it waits for "
        + side()
        + " ("
        + waits()
        + "). "
        + advice()
        + " At this rate "
        + left(found.after())
        + " are left instead of "
        + left(found.before())
        + "; more copy jobs will not help.";
  }

  private String time() {
    Instant second = Instant.ofEpochMilli(found.sinceMillis()).truncatedTo(ChronoUnit.SECONDS);
    return DateTimeFormatter.ISO_LOCAL_TIME.format(second.atOffset(ZoneOffset.UTC)) + " UTC";
  }

  private String side() {
    return switch (cause()) {
      case SOURCE_READ -> "the source's rows";
      case SOURCE_NETWORK -> "the network from the source";
      case TARGET_WRITE -> "the target's writes";
      case TARGET_NETWORK -> "the network to the target";
    };
  }

  private String waits() {
    String roundTrip =
        roundTripBefore.isPresent() && roundTripNow.isPresent()
            ? ", round trip "
                + Amount.latency(roundTripBefore.getAsDouble())
                + " before, "
                + Amount.latency(roundTripNow.getAsDouble())
                + " now"
            : ", round trip unknown";
    return "source "
        + wait(found.source())
        + ", target "
        + wait(found.target())
        + " a megabyte"
        + roundTrip;
  }

  private static String wait(Throttled.Wait wait) {
    return Amount.latency(wait.before()) + " before, " + Amount.latency(wait.after()) + " now";
  }

  private String advice() {
    return switch (cause()) {
      case SOURCE_READ -> "Look at the source's disk and load; spent burst credits look like this.";
      case TARGET_WRITE ->
          "Look at the target's disk and load; spent burst credits look like this, and a larger or"
              + " faster disk ends it.";
      case SOURCE_NETWORK, TARGET_NETWORK -> "Look who shares that link, and what it is sold for.";
    };
  }

  private String left(double rate) {
    return Amount.time(Math.round(bytesLeft / Math.max(1, rate) * 1000));
  }
}
