// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlainStoryTest {
  private final PlainStory story = new PlainStory();

  @Test
  void tellsEachThingOnce() {
    assertThat(story.tell(Pictures.copying()))
        .containsExactly(
            "00:01:23  waited 2.1 s for transaction 4711 of pid 812 to end",
            "00:01:23  copying 12 tables, 760 MB");
    assertThat(story.tell(Pictures.copying())).isEmpty();
    assertThat(story.tell(Pictures.serving()))
        .containsExactly(
            "00:01:23  the target serves",
            "00:01:23  cutover: close the write gate done, 12 ms",
            "00:01:23  cutover: drain done, 160 ms",
            "00:01:23  cutover: hand over done, 8 ms",
            "00:01:23  cutover: the target serves",
            "00:01:23  cutover: a client waited at most 241 ms to write, 18 ms to read; no error");
    assertThat(story.tell(Pictures.serving())).isEmpty();
  }

  @Test
  void notesThatSlideAreToldOnce() {
    assertThat(story.tell(notes("a", "b"))).hasSize(3);
    assertThat(story.tell(notes("b", "c", "d"))).containsExactly("00:01:23  c", "00:01:23  d");
    assertThat(story.tell(notes("b", "c", "d"))).isEmpty();
  }

  @Test
  void saysWhyItWaitsAndThatItGoesOn() {
    Status copying = notes();
    story.tell(copying);
    assertThat(story.tell(Pictures.held(copying, "a reason")))
        .containsExactly("00:01:23  WAITS: a reason");
    assertThat(story.tell(copying)).containsExactly("00:01:23  goes on");
  }

  private static Status notes(String... notes) {
    return Pictures.status(
        PhaseName.READY, Pictures.copying().copy(), Optional.empty(), List.of(notes));
  }
}
