// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.ApplyMoment;
import dev.fram.api.engine.ApplyMoment.Doing;
import dev.fram.api.model.TableId;
import dev.fram.core.concurrent.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is seen most is named, with numbers and what would help. */
final class LagDiagnosisTest {
  private static final TableId ITEMS = new TableId("public", "items");

  @ParameterizedTest
  @CsvSource({
    "WAITS_FOR_LOCK, LOCK_ON_TARGET, 4711",
    "SEARCHES, NOTHING_FINDS_THE_ROW, public.items has no primary key",
    "FLUSHES, TARGET_FLUSH, faster disk for the target's log",
    "WAITS_FOR_STANDBY, TARGET_STANDBY, standby",
    "READS, TARGET_READS, reads pages of public.items",
    "COMPUTES, TARGET_CPU, computes",
    "ABSENT, APPLIER_ABSENT, nothing is applied",
  })
  void namesWhatIsSeenMost(Doing doing, LagDiagnosis.Cause cause, String words) {
    LagDiagnosis found =
        LagDiagnosis.of(evidence(2_000_000, 0, 0.3, moments(doing, 14, Doing.WAITS_FOR_US, 6)));
    assertThat(found.cause()).isEqualTo(cause);
    assertThat(found.sentence())
        .startsWith("The target is 42 s behind (1,204 transactions, 2.0 MB): ")
        .contains("in 14 of 20 looks", words);
  }

  @ParameterizedTest
  @CsvSource({
    "2000000, 0, 0.3, FRAM_CPU",
    "2000000, 1500000, 0.3, BACKLOG_DISK",
    "2000000, 1500000, 35, NETWORK_TO_TARGET",
    "1000, 0, 35, NETWORK_TO_TARGET",
    "1000, 0, 0.3, SOURCE_SENDS_SLOWLY",
  })
  void whoKeepsTheTargetWaiting(
      long backlog, long onDisk, double roundTrip, LagDiagnosis.Cause cause) {
    assertThat(
            LagDiagnosis.of(
                    evidence(
                        backlog,
                        onDisk,
                        roundTrip,
                        moments(Doing.WAITS_FOR_US, 19, Doing.READS, 1)))
                .cause())
        .isEqualTo(cause);
  }

  @Test
  void aQuestionWithoutAnAnswerIsSilenceOnlyAfterAWhile() {
    AtomicLong now = new AtomicLong();
    Contact contact = new Contact(clock(now));
    assertThat(contact.silence()).isEmpty();
    contact.asked();
    now.set(4_900_000_000L);
    assertThat(contact.silence()).isEmpty();
    now.set(5_100_000_000L);
    assertThat(contact.silence()).contains(new Contact.Silence(5_100, Optional.empty()));
    contact.answered();
    assertThat(contact.silence()).isEmpty();
  }

  @Test
  void aFailureIsSilenceAtOnceAndCountsFromTheFirstQuestion() {
    AtomicLong now = new AtomicLong();
    Contact contact = new Contact(clock(now));
    contact.asked();
    contact.failed("source db1: the connection was lost.");
    now.set(2_000_000_000L);
    contact.asked();
    contact.failed("source db1: the connection was lost.");
    assertThat(LagDiagnosis.silent(contact.silence().orElseThrow()).sentence())
        .contains("not answered for 2.0 s (source db1: the connection was lost), so how far");
  }

  private static Evidence evidence(
      long backlog, long onDisk, double roundTrip, List<ApplyMoment> moments) {
    return new Evidence(42_000, 1_204, backlog, onDisk, roundTrip, moments);
  }

  private static List<ApplyMoment> moments(Doing most, int times, Doing other, int others) {
    String blocker = most == Doing.WAITS_FOR_LOCK ? "pid 4711" : "";
    return Stream.concat(
            Collections.nCopies(times, new ApplyMoment(most, Optional.of(ITEMS), blocker)).stream(),
            Collections.nCopies(others, new ApplyMoment(other, Optional.empty(), "")).stream())
        .toList();
  }

  private static Clock clock(AtomicLong nanos) {
    return new Clock() {
      @Override
      public long millis() {
        return nanos.get() / 1_000_000;
      }

      @Override
      public long nanos() {
        return nanos.get();
      }
    };
  }
}
