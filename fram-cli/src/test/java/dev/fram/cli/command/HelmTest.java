// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.tui.Pictures;
import dev.fram.core.bus.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HelmTest {
  private static final Status READY = Pictures.copying().in(PhaseName.READY);

  private final List<Command> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger left = new AtomicInteger();
  private final Helm helm = new Helm(this::answer, Helm.Leave.watching(left::incrementAndGet));

  private Answer answer(Command command) {
    asked.add(command);
    return Answer.done("heard");
  }

  @AfterEach
  void close() {
    helm.close();
  }

  @Test
  void aCutoverTakesItsWordAndEnter() {
    type("ccutove\n");
    assertThat(helm.footer(READY)).startsWith("Not cut over");
    type("c\u001bcutover\n");
    type("\u001b");
    assertThat(asked).isEmpty();
    type("ccutoverr\u007f");
    assertThat(helm.footer(READY)).endsWith(": cutover");
    assertThat(asked).isEmpty();
    type("\n");
    await().atMost(Duration.ofSeconds(20)).until(() -> helm.footer(READY).equals("heard"));
    assertThat(asked).containsExactly(new Command.Cutover());
  }

  @Test
  void aKeyPressedByMistakeDoesNothing() {
    type("xPQC\n\u001b[A");
    helm.press('c', Pictures.copying());
    assertThat(helm.footer(Pictures.copying())).contains("needs the phase READY");
    assertThat(asked).isEmpty();
    assertThat(left).hasValue(0);
    type("q");
    assertThat(left).hasValue(1);
  }

  @Test
  void theFooterSaysWhatThereIs() {
    assertThat(helm.footer(Pictures.copying())).contains("p pauses").doesNotContain("cuts over");
    assertThat(helm.footer(READY)).contains("p pauses", "c cuts over", "q leaves");
    assertThat(helm.footer(Pictures.serving())).isEqualTo("q leaves, the run goes on");
    assertThat(helm.footer(Pictures.serving().in(PhaseName.COMPLETED))).isEqualTo("q leaves");
    assertThat(new Helm(this::answer, Helm.Leave.running()).footer(READY))
        .hasSizeLessThanOrEqualTo(79);
  }

  private void type(String keys) {
    keys.chars().forEach(key -> helm.press((char) key, READY));
  }
}
