// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.probe.TargetProbe;
import dev.fram.core.figures.Amount;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What kind of disk the target's behaves like. The limits are round numbers between what such disks
 * are known to do: a turn of a 7200 rpm disk takes 8.3 ms, providers promise "single-digit
 * milliseconds" for network disks, a flash disk without a protected cache writes in 0.3 to 1 ms and
 * one with it in well under 0.3.
 *
 * @param like the kind
 * @param evidence the figures that say so
 */
public record DiskVerdict(Kind like, List<String> evidence) {
  /** Beyond this the way hides the disk, unless the disk takes much longer. */
  private static final double FAR = 1.0;

  private static final double NVME_COMMIT = 0.3;
  private static final double SSD_COMMIT = 1.0;
  private static final double NETWORK_COMMIT = 5.0;

  /** So many times longer than at p50 is the mean where somebody lets only so many through. */
  private static final double HELD = 3;

  private static final double FLASH_READ = 0.4;
  private static final double ARM_READ = 3.0;

  public DiskVerdict {
    evidence = List.copyOf(evidence);
  }

  /** What it behaves like; a virtual disk is what it does, not what it is made of. */
  public enum Kind {
    NVME("NVMe, or any disk behind a protected write cache"),
    SATA_SSD("SATA SSD"),
    NETWORK_DISK("network disk"),
    SPINNING("spinning disk"),
    UNKNOWN("unknown");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /**
   * @param commit durable commits, round trip included
   * @param roundTrip the way to the server and back
   * @param read reads of single rows, round trip included
   * @param fetchedPages pages a read had to fetch
   */
  static DiskVerdict of(
      Latency commit,
      Latency roundTrip,
      Latency read,
      OptionalDouble fetchedPages,
      TargetProbe.Facts facts) {
    if (facts.commits() == TargetProbe.Durability.NOT_FORCED) {
      return new DiskVerdict(
          Kind.UNKNOWN,
          List.of("the server's settings let it answer a commit before the disk has it"));
    }
    List<String> evidence = new ArrayList<>();
    double durable = Math.max(0, commit.p50Millis() - roundTrip.p50Millis());
    if (roundTrip.p50Millis() > FAR && durable < roundTrip.p50Millis() / 2) {
      return new DiskVerdict(
          Kind.UNKNOWN,
          List.of(
              "the way to the server and back takes "
                  + Amount.latency(roundTrip.p50Millis())
                  + ", a commit "
                  + Amount.latency(commit.p50Millis())
                  + ": the disk's part cannot be told from here, measure from nearer"));
    }
    double flush = durable / facts.flushes();
    evidence.add(
        "a durable commit takes "
            + Amount.latency(durable)
            + " at p50 without the round trip ("
            + Amount.latency(commit.p99Millis())
            + " at p99 with it)"
            + (facts.flushes() == 1
                ? ""
                : ", and waits for the disk "
                    + facts.flushes()
                    + " times: "
                    + Amount.latency(flush)
                    + " each"));
    double mean = (1000 / commit.perSecond() - roundTrip.p50Millis()) / facts.flushes();
    if (mean > SSD_COMMIT && mean > HELD * flush) {
      evidence.add(
          "most commits are quick, but no more than "
              + Amount.count(Math.round(commit.perSecond()))
              + " a second come through: the disk is held to a limit, or spends credits");
      return new DiskVerdict(Kind.NETWORK_DISK, evidence);
    }
    OptionalDouble fetch = fetch(roundTrip, read, fetchedPages, facts, evidence);
    return new DiskVerdict(kind(flush, fetch), evidence);
  }

  /** How long one page takes from the disk; empty when it may have come from memory. */
  private static OptionalDouble fetch(
      Latency roundTrip,
      Latency read,
      OptionalDouble fetchedPages,
      TargetProbe.Facts facts,
      List<String> evidence) {
    double pages = fetchedPages.orElse(0);
    if (pages < 0.5 || facts.reads() == TargetProbe.BehindCache.OPERATING_SYSTEM) {
      evidence.add(
          "random reads may have come from memory, and count for nothing here: a larger"
              + " --scratch-size tells more");
      return OptionalDouble.empty();
    }
    double millis = Math.max(0, read.p50Millis() - roundTrip.p50Millis()) / pages;
    evidence.add("a page from the disk takes " + Amount.latency(millis));
    return OptionalDouble.of(millis);
  }

  private static Kind kind(double flush, OptionalDouble fetch) {
    if (flush < NVME_COMMIT) {
      return Kind.NVME;
    }
    if (flush < SSD_COMMIT) {
      return fetch.orElse(0) > SSD_COMMIT ? Kind.NETWORK_DISK : Kind.SATA_SSD;
    }
    if (flush < NETWORK_COMMIT) {
      return fetch.isPresent() && fetch.getAsDouble() < FLASH_READ
          ? Kind.SATA_SSD
          : Kind.NETWORK_DISK;
    }
    return fetch.isPresent() && fetch.getAsDouble() < ARM_READ ? Kind.NETWORK_DISK : Kind.SPINNING;
  }
}
