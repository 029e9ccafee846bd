// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.report;

import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.chronicle.Chronicle;
import dev.fram.core.chronicle.Series;
import dev.fram.core.chronicle.Story;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.inventory.InventoryItem;
import dev.fram.core.inventory.ObjectState;
import dev.fram.core.residency.Chain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** Makes the report from what the target keeps. Reads nothing by itself. */
public final class ReportMaker {
  /** More tables than this make a page nobody reads; the JSON has all. */
  private static final int LISTED = 200;

  private static final int LEFT_OVER = 200;

  private final Kept kept;
  private final Story story;
  private final Status status;

  /**
   * What the target keeps of a migration.
   *
   * @param status the newest picture
   * @param tables where each stands
   * @param verdicts what was found of each
   * @param forecast what was foretold; empty when nobody has measured
   * @param residency the record so far
   */
  public record Kept(
      Status status,
      Chronicle chronicle,
      Map<TableId, TableState> tables,
      Map<TableId, RowVerdict> verdicts,
      Optional<Foresight> forecast,
      Chain residency) {}

  /** The list of objects, or why there is none. */
  public record Listed(Optional<Inventory> inventory, String reason) {}

  public ReportMaker(Kept kept) {
    this.kept = kept;
    this.story = kept.chronicle().story();
    this.status = kept.status();
  }

  /**
   * @param fram the version of Fram
   * @param nowMillis the time
   */
  public Report make(String fram, long nowMillis, Listed listed) {
    Report.Objects objects = objects(listed);
    Report.Proof proof = Report.Proof.of(story.proof().orElse(status.verify()));
    List<Story.Line> alarms = alarms(nowMillis);
    Optional<Status.Cutover> last =
        story.cutovers().isEmpty()
            ? status.cutover()
            : Optional.of(story.cutovers().getLast().picture());
    Report.Verdict verdict = new Verdicts(status, proof, objects, alarms.size(), last).verdict();
    List<Report.PhaseTime> phases = phases();
    List<Report.TableLine> tables = tables();
    return new Report(
        Report.FORMAT,
        fram,
        nowMillis,
        verdict,
        migration(),
        phases,
        copy(),
        feed(),
        tables,
        Math.min(LISTED, tables.size()),
        new Report.Throughput(chart(kept.chronicle().there()), chart(kept.chronicle().after())),
        forecast(),
        story.cutovers(),
        proof,
        objects,
        alarms,
        status.question(),
        story.lines().stream().filter(line -> line.kind() != Story.Kind.ALARM).toList(),
        story.omitted(),
        story.runs(),
        moved(nowMillis, proof).entries());
  }

  /** What was foretold, and what came of it until now. Asks for no tables and no objects. */
  public Report.Comparison forecast() {
    return new Comparisons(kept.forecast(), story, phases(), copyMillis()).comparison();
  }

  /** What was moved is recorded when the target serves; before that it is not through. */
  private Chain moved(long nowMillis, Report.Proof proof) {
    if (status.phase() != PhaseName.SERVING && status.phase() != PhaseName.COMPLETED) {
      return kept.residency();
    }
    Map<String, Object> facts = new TreeMap<>();
    facts.put("tables", kept.tables().size());
    facts.put("rows_copied", copy().rows());
    facts.put("bytes_copied", copy().bytes());
    facts.put("changes_applied", feed().changes());
    facts.put("rows_compared", proof.rows());
    facts.put("tables_equal", proof.equal());
    facts.put("tables_different", proof.different());
    facts.put("rows_different", proof.differing());
    facts.put("migration", status.migration());
    facts.put("began_millis", migration().beganMillis());
    facts.put(
        "served_millis",
        story.phases().stream()
            .filter(reached -> reached.phase() == PhaseName.SERVING)
            .map(Story.Reached::atMillis)
            .reduce((first, second) -> second)
            .orElse(-1L));
    return kept.residency().plus(nowMillis, "moved", facts);
  }

  private Report.Migration migration() {
    long began = story.phases().isEmpty() ? -1 : story.phases().getFirst().atMillis();
    long seen = lastSeen();
    return new Report.Migration(
        status.migration(),
        status.source(),
        status.target(),
        status.phase().name(),
        began,
        seen,
        began < 0 ? -1 : seen - began);
  }

  private long lastSeen() {
    long run = story.runs().isEmpty() ? -1 : story.runs().getLast().seenMillis();
    long phase = story.phases().isEmpty() ? -1 : story.phases().getLast().atMillis();
    return Math.max(run, phase);
  }

  private List<Report.PhaseTime> phases() {
    List<Report.PhaseTime> times = new ArrayList<>();
    List<Story.Reached> reached = story.phases();
    for (int i = 0; i < reached.size(); i++) {
      long end = i + 1 < reached.size() ? reached.get(i + 1).atMillis() : lastSeen();
      long began = reached.get(i).atMillis();
      times.add(
          new Report.PhaseTime(reached.get(i).phase().name(), began, Math.max(0, end - began)));
    }
    return times;
  }

  private Report.Copy copy() {
    long rows = kept.tables().values().stream().mapToLong(TableState::rows).sum();
    long bytes = kept.tables().values().stream().mapToLong(TableState::bytes).sum();
    long ready =
        kept.tables().values().stream()
            .filter(state -> state.stage() == TableState.Stage.READY_TO_FOLLOW)
            .count();
    long millis = copyMillis();
    return new Report.Copy(
        kept.tables().size(),
        (int) ready,
        rows,
        bytes,
        millis,
        millis > 0 ? bytes * 1000 / millis : -1);
  }

  /** From the first row to the last one; -1 before it is through. */
  private long copyMillis() {
    long copied = story.marks().copiedMillis();
    return story.phases().stream()
        .filter(reached -> reached.phase() == PhaseName.COPYING && copied > 0)
        .findFirst()
        .map(reached -> Math.max(0, copied - reached.atMillis()))
        .orElse(-1L);
  }

  private Report.Feed feed() {
    long changes = Math.max(story.changes(), status.feed().changes());
    long transactions = Math.max(story.transactions(), status.feed().transactions());
    return new Report.Feed(
        transactions, changes, status.feed().lagMillis(), status.feed().applied());
  }

  private List<Report.TableLine> tables() {
    return kept.tables().values().stream()
        .sorted(
            Comparator.comparingLong(TableState::bytes).reversed().thenComparing(TableState::table))
        .map(this::line)
        .toList();
  }

  private Report.TableLine line(TableState state) {
    String compared =
        Optional.ofNullable(kept.verdicts().get(state.table()))
            .map(verdict ->
                switch (verdict) {
                  case EQUAL -> "equal";
                  case DIFFERENT -> "different";
                })
            .orElse("");
    return new Report.TableLine(
        state.table().toString(), state.stage().name(), state.rows(), state.bytes(), compared);
  }

  private static Report.Chart chart(Series series) {
    return new Report.Chart(
        series,
        peak(series, Series.Point::copyBytesPerSecond),
        peak(series, Series.Point::changesPerSecond),
        peak(series, Series.Point::lagMillis));
  }

  private static long peak(Series series, ToLongFunction<Series.Point> of) {
    return series.points().stream().mapToLong(of).max().orElse(0);
  }

  /** Those of the newest picture may be newer than what was kept. */
  private List<Story.Line> alarms(long nowMillis) {
    List<Story.Line> alarms =
        new ArrayList<>(
            story.lines().stream().filter(line -> line.kind() == Story.Kind.ALARM).toList());
    for (String alarm : status.alarms()) {
      if (alarms.stream().noneMatch(line -> line.text().equals(alarm))) {
        alarms.add(new Story.Line(nowMillis, Story.Kind.ALARM, alarm));
      }
    }
    return alarms;
  }

  private static Report.Objects objects(Listed listed) {
    if (listed.inventory().isEmpty()) {
      return new Report.Objects(false, listed.reason(), Map.of(), 0, List.of(), 0);
    }
    Inventory inventory = listed.inventory().get();
    Map<String, Integer> counts = new LinkedHashMap<>();
    inventory.counts().forEach((state, count) -> counts.put(state.name(), count));
    int extra = inventory.counts().getOrDefault(ObjectState.EXTRA, 0);
    List<InventoryItem> left = inventory.leftOver();
    return new Report.Objects(
        true,
        inventory.origin(),
        counts,
        inventory.items().size() - extra,
        left.stream().limit(LEFT_OVER).map(InventoryItem::sentence).toList(),
        Math.max(0, left.size() - LEFT_OVER));
  }
}
