// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever asks the page for something gets an answer, whatever the asking meets. */
@Timeout(60)
class InquiryTest {
  @Test
  void aFullHeapIsAnAnswer() throws Exception {
    AtomicInteger clock = new AtomicInteger();
    Inquiry inquiry =
        new Inquiry(
            "/report",
            () -> {
              throw new OutOfMemoryError("a test's");
            },
            clock::get);
    for (int time = 1; time <= 2; time++) {
      CompletableFuture<Map<String, Body>> heard = new CompletableFuture<>();
      inquiry.ask(heard::complete);
      Map<String, Body> answer = heard.get(30, TimeUnit.SECONDS);
      assertThat(answer).containsOnlyKeys("/report");
      assertThat(answer.toString()).doesNotContain("a test's");
      clock.addAndGet(60_000);
    }
  }
}
