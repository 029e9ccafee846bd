// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The table of metrics against the picture, and what is written about it against the table. To
 * write the page anew: {@code ./fram mvn -pl fram-web -am test -Dtest=MetricsTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dfram.docs=write}.
 */
class MetricsTest {
  private static final Path DOCS = Path.of("..", "docs");

  /**
   * One series for each table ever in flight: a large database would have thousands. And who reads
   * metrics keeps the lag of earlier himself.
   */
  private static final Set<String> LEFT_OUT =
      Set.of("copy.in_flight.bytes", "copy.in_flight.expected_bytes", "lag_trend.step_millis");

  private static final Pattern NAME = Pattern.compile("\\bfram_[a-z_]+\\b");

  @Test
  void everyNumberOfThePictureHasItsMetric() {
    Set<String> numbers = new TreeSet<>();
    collect("", Status.class, numbers);
    assertThat(numbers).contains("feed.lag_millis", "cutover.probe.writes", "reverse.changes");
    numbers.removeAll(LEFT_OUT);
    Set<String> shown =
        Metrics.all().stream()
            .map(Metric::of)
            .filter(of -> !of.isEmpty())
            .collect(Collectors.toSet());
    assertThat(shown).containsExactlyInAnyOrderElementsOf(numbers);
  }

  private static void collect(String path, Class<?> record, Set<String> numbers) {
    for (RecordComponent component : record.getRecordComponents()) {
      String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      Class<?> type = inner(component.getGenericType());
      if (type == long.class || type == int.class || type == double.class) {
        numbers.add(path + name);
      } else if (type.isRecord() && type.getName().startsWith(Status.class.getName())) {
        collect(path + name + ".", type, numbers);
      }
    }
  }

  /** Of a list or an optional, what is in it. */
  private static Class<?> inner(Type type) {
    Type inner = type instanceof ParameterizedType p ? p.getActualTypeArguments()[0] : type;
    return (Class<?>) inner;
  }

  @Test
  void namesAreThoseOfTheField() {
    for (Metric metric : Metrics.all()) {
      assertThat(metric.name()).matches("fram_[a-z]+(_[a-z]+)*").doesNotContain("milli");
      assertThat(metric.name().endsWith("_total"))
          .as(metric.name())
          .isEqualTo(metric.kind() == Metric.Kind.COUNTER);
      assertThat(metric.help()).endsWith(".").doesNotContain("\n");
      if (metric.of().endsWith("millis")) {
        assertThat(metric.name()).endsWith("_seconds");
      }
    }
    assertThat(Metrics.all().stream().map(Metric::name)).doesNotHaveDuplicates();
  }

  @Test
  void whatIsNotKnownIsNotSaid() {
    StatusProjector projector = new StatusProjector(Clock.system());
    projector.names("id", "a \"quoted\" \\ name\n", "target");
    projector.on(new RunEvent.PhaseReached(PhaseName.COPYING));
    String text = Exposition.text(Optional.of(projector.picture()), 1500);
    assertThat(text)
        .contains("fram_picture_age_seconds 1.5\n")
        .contains("fram_phase{phase=\"COPYING\"} 1\n")
        .contains("fram_phase{phase=\"READY\"} 0\n")
        .contains("source=\"a \\\"quoted\\\" \\\\ name\\n\"")
        .doesNotContain("fram_lag_bytes")
        .doesNotContain("fram_cutover");
    projector.on(new RunEvent.LogMeasured(42, 43));
    projector.on(new RunEvent.StepEnded("drain", "done", 1500));
    assertThat(Exposition.text(Optional.of(projector.picture()), 0))
        .contains("# TYPE fram_lag_bytes gauge\nfram_lag_bytes 42\n")
        .contains("fram_cutover_step_seconds{step=\"drain\",outcome=\"done\"} 1.5\n");
    assertThat(Exposition.text(Optional.empty(), 0).lines()).hasSize(3);
  }

  @Test
  void reference() throws IOException {
    StringBuilder page = new StringBuilder("# Metrics\n\n");
    page.append(
        """
        <!-- Made from the code by MetricsTest, which also says how to write it anew. -->

        `/metrics` of [the page](../guide/dashboard.md) serves these in Prometheus' text format; [monitoring](../guide/monitoring.md)
        says what to look at. Units are seconds and bytes. What is not known is left out, not shown as 0. Totals
        begin at 0 with each run of `fram migrate`.

        | metric | kind | in `fram status --json` | what it says |
        |---|---|---|---|
        """);
    row(page, Exposition.AGE, "gauge", "", Exposition.AGE_HELP);
    for (Metric m : Metrics.all()) {
      row(page, m.name(), m.kind().word(), m.of().isEmpty() ? "" : "`" + m.of() + "`", m.help());
    }
    Path file = DOCS.resolve("reference").resolve("metrics.md");
    if ("write".equals(System.getProperty("fram.docs"))) {
      Files.writeString(file, page);
    }
    assertThat(file).content().isEqualTo(page.toString());
  }

  private static void row(StringBuilder page, String name, String kind, String of, String help) {
    page.append("| `").append(name).append("` | ").append(kind).append(" | ");
    page.append(of).append(" | ").append(help).append(" |\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "monitoring/grafana-dashboard.json",
        "monitoring/alerts.yaml",
        "guide/monitoring.md",
        "guide/dashboard.md"
      })
  void whatIsWrittenNamesMetricsThatThereAre(String name) throws IOException {
    Set<String> known = Metrics.all().stream().map(Metric::name).collect(Collectors.toSet());
    known.add(Exposition.AGE);
    Matcher found = NAME.matcher(Files.readString(DOCS.resolve(name)));
    List<String> names = found.results().map(r -> r.group()).toList();
    assertThat(known).containsAll(names);
    assertThat(names.isEmpty()).as(name).isEqualTo(name.endsWith("dashboard.md"));
  }
}
