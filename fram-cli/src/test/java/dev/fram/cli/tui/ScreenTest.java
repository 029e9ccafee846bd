// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScreenTest {
  @Test
  void copying() {
    assertThat(drawn(Pictures.copying(), Canvas.standard()))
        .isEqualTo(
            """
             fram 3f2a91bc                                   copying 00:01:01  run 00:01:23
             from  db1.example.com:5432/shop
             to    db2.example.com:5432/shop

             ✔ check  ✔ schema  ● copy  ○ follow  ○ verify  ○ ready  ○ cutover  ○ serving

             Copy     █████████████████████░░░░░░░░░░░░░░░░░░░  54 %
                      7 of 12 tables, 5 indexed  ·  1,204,331 rows  ·  412 MB, 22 MB/s
                      1 min 20 s to 2 min 5 s left
                      public.orders               copy   ████████░░░░░░░░░░  48 %  120 MB
                      public.line_items           index
             Follow   120,331 changes applied  ·  3,201/s  ·  lag 420 ms, 1.3 MB
                      waiting 13 MB (4.2 MB on disk)  ·  the source keeps 44 MB of log
             Lag      ▂▂▃▃▃▄▄▅▅▅▆▆▆▇▇▇████   ▇▆▆▆▅▅▅▄▄▃▃▃▂▂▂▁▁  most 4.4 s in 2 min

             Notes    waited 2.1 s for transaction 4711 of pid 812 to end

             Next     fram status --watch
                      fram cutover --dry-run
             Ctrl-C stops here.
            """);
  }

  @Test
  void servingInAscii() {
    assertThat(drawn(Pictures.serving(), new Canvas(80, 24, Glyphs.ASCII)))
        .isEqualTo(
            """
             fram 3f2a91bc                         the target serves 00:01:01  run 00:01:23
             from  db1.example.com:5432/shop
             to    db2.example.com:5432/shop

             + check  + schema  + copy  + follow  + verify  + ready  + cutover  + serving

             Copy     ######################################## 100 %  done
                      12 of 12 tables, 12 indexed  |  2,204,331 rows  |  760 MB
             Follow   120,331 changes applied
             Verify   12 of 12 tables equal  |  2,204,331 rows
             Cutover  writes blocked for 212 ms  |  the target serves
                      a client waited at most 241 ms to write, 18 ms to read; no error

             Next     fram status --watch
                      fram cutover --dry-run
             Ctrl-C stops here.
            """);
  }

  @Test
  void theLagsLineUsesTheRoomThereIs() {
    String small = lag(Pictures.copying(), Canvas.standard());
    String wide = lag(Pictures.copying(), new Canvas(160, 50, Glyphs.UNICODE));
    assertThat(small).hasSizeLessThanOrEqualTo(80).contains("█", "   ", "most 4.4 s in 2 min");
    assertThat(wide).hasSizeLessThanOrEqualTo(160).contains("most 4.4 s in 2 min 30 s");
    assertThat(wide.strip().substring(3).strip()).startsWith("▁▁▁▁▁▁▁▁▁▂");
    assertThat(lag(Pictures.copying(), new Canvas(80, 24, Glyphs.ASCII)).chars())
        .allMatch(c -> c < 128);
  }

  @Test
  void theLagsLineIsTheFirstToGo() {
    assertThat(drawn(Pictures.copying(), new Canvas(80, 17, Glyphs.UNICODE)))
        .doesNotContain(" Lag ")
        .contains("public.orders", "fram cutover --dry-run");
  }

  @Test
  void whatHasNotBegunHasNoNumbers() {
    Status.Copy none = new Status.Copy(0, 0, 0, 0, 0, 0, 0, Status.Eta.measuring(), List.of());
    assertThat(
            drawn(
                Pictures.status(PhaseName.PLANNED, none, Optional.empty(), List.of()),
                Canvas.standard()))
        .contains(" Copy     has not begun\n Follow   has not begun\n")
        .doesNotContain(" Lag ");
  }

  @Test
  void whatIsNotKnownOfTheLagIsAGap() {
    Status.Trend trend = new Status.Trend(3_000, List.of(0L, -1L, 700L, 8_000L, -1L));
    assertThat(Sparkline.of(trend, 6, Glyphs.UNICODE))
        .isEqualTo(new Sparkline(" ▁ ▁█ ", 8_000, 15_000));
    assertThat(Sparkline.of(trend, 3, Glyphs.ASCII)).isEqualTo(new Sparkline("_# ", 8_000, 9_000));
    Status.Trend calm = new Status.Trend(3_000, List.of(20L, 90L, 10L));
    assertThat(Sparkline.of(calm, 3, Glyphs.UNICODE).signs()).isEqualTo("▁▁▁");
    assertThat(Sparkline.of(new Status.Trend(3_000, List.of(-1L)), 3, Glyphs.UNICODE).isEmpty())
        .isTrue();
    assertThat(Sparkline.of(Status.Trend.none(), 3, Glyphs.UNICODE).isEmpty()).isTrue();
  }

  private static String lag(Status status, Canvas canvas) {
    return drawn(status, canvas).lines().filter(line -> line.startsWith(" Lag ")).findFirst().get();
  }

  @Test
  void heldSaysWhy() {
    String reason =
        "The source's table public.orders was changed (ALTER TABLE) while the migration runs. Make"
            + " the same change on the target, then go on.";
    assertThat(drawn(Pictures.held(Pictures.copying(), reason), Canvas.standard()))
        .contains("Waits    The source's table public.orders")
        .contains("then go on.");
  }

  @Test
  void aQuestionAndAnAlarmAreShownWithTheAnswers() {
    Question question =
        new Question(
            "Known: b is closed.",
            "Not known: whether a has handed over.",
            "Has a handed over?",
            List.of(new Question.Choice("handed-over", "yes; b is opened.")));
    Status asked = Pictures.alarmed(Pictures.serving(), "a row was written on a.").asking(question);
    assertThat(drawn(asked, Canvas.standard()))
        .contains(" ALARM    a row was written on a.")
        .contains(" Asks     Has a handed over?")
        .contains("          Known: b is closed.")
        .contains("          handed-over: yes; b is opened.")
        .contains(" Next     fram resolve handed-over");
    assertThat(new PlainStory().tell(asked))
        .anyMatch(line -> line.endsWith("ALARM: a row was written on a."))
        .anyMatch(line -> line.endsWith("fram resolve handed-over: yes; b is opened."));
  }

  /** Whatever the numbers, names and sizes: every line fits, every picture fits. */
  @Test
  void everyPictureFitsEveryTerminal() {
    Random random = new Random(11);
    for (int i = 0; i < 2_000; i++) {
      Canvas canvas =
          new Canvas(
              40 + random.nextInt(160),
              10 + random.nextInt(60),
              random.nextBoolean() ? Glyphs.UNICODE : Glyphs.ASCII);
      List<Line> lines = Screen.draw(new Picture(random(random), List.of(), "footer"), canvas);
      assertThat(lines).hasSizeLessThanOrEqualTo(canvas.rows());
      assertThat(lines).allMatch(line -> Cells.width(line.text()) <= canvas.columns());
      assertThat(lines).noneMatch(line -> line.text().chars().anyMatch(c -> c < ' '));
    }
  }

  @Test
  void aNameCannotActOnTheTerminal() {
    assertThat(Cells.safe("a\u001b[2Jb\nc\u202ed")).isEqualTo("a?[2Jb?c?d");
    assertThat(Cells.fit("表表表表", 5, "…")).isEqualTo("表表…");
  }

  private static Status random(Random random) {
    List<Status.TableInFlight> tables = new ArrayList<>();
    for (int i = random.nextInt(12); i > 0; i--) {
      String name = "public." + "表\u001bé".repeat(random.nextInt(40)) + "t" + i;
      tables.add(
          new Status.TableInFlight(
              name, random.nextBoolean() ? "copy" : "index", number(random), number(random)));
    }
    List<String> notes = new ArrayList<>();
    for (int i = random.nextInt(12); i > 0; i--) {
      notes.add("a note " + "of words\t".repeat(random.nextInt(40)) + "x".repeat(i * 20));
    }
    PhaseName[] phases = PhaseName.values();
    Status status =
        Pictures.status(
            phases[random.nextInt(phases.length)],
            new Status.Copy(
                random.nextInt(1000),
                random.nextInt(1000),
                random.nextInt(1000),
                number(random),
                number(random),
                number(random),
                number(random),
                new Status.Eta(number(random), number(random), Status.Eta.Of.COPY),
                tables),
            random.nextBoolean() ? Pictures.serving().cutover() : Optional.empty(),
            notes);
    return random.nextBoolean()
        ? status
        : Pictures.held(status, "Why? ".repeat(random.nextInt(99)) + "!");
  }

  private static long number(Random random) {
    return (random.nextLong() >>> random.nextInt(64)) - 1;
  }

  private static String drawn(Status status, Canvas canvas) {
    Picture picture = new Picture(status, List.of(), "Ctrl-C stops here.");
    return Screen.draw(picture, canvas).stream()
        .map(line -> line.text() + "\n")
        .collect(Collectors.joining());
  }
}
