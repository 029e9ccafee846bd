// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.metrics;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.web.metrics.Metric.Kind;
import dev.fram.web.metrics.Metric.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Every metric there is. The reference page is made from this table. */
public final class Metrics {
  private static final List<Metric> ALL = table();

  private Metrics() {}

  public static List<Metric> all() {
    return ALL;
  }

  private static List<Metric> table() {
    List<Metric> all = new ArrayList<>();
    all.addAll(states());
    all.addAll(copy());
    all.addAll(feed());
    all.addAll(verify());
    all.addAll(cutover());
    all.addAll(probe());
    all.addAll(reverse());
    return List.copyOf(all);
  }

  private static List<Metric> states() {
    return List.of(
        new Metric(
            "fram_migration_info",
            Kind.GAUGE,
            "Always 1; its labels name the migration and both servers.",
            "",
            s ->
                List.of(
                    new Sample(
                        labels(
                            "migration", s.migration(), "source", s.source(), "target", s.target()),
                        1))),
        new Metric(
            "fram_phase",
            Kind.GAUGE,
            "1 for the phase that the migration is in, 0 for the others.",
            "",
            s ->
                Arrays.stream(PhaseName.values())
                    .map(p -> new Sample(labels("phase", p.name()), s.phase() == p ? 1 : 0))
                    .toList()),
        seconds("fram_phase_seconds", "Time in this phase.", "phase_millis", Status::phaseMillis),
        seconds(
            "fram_run_seconds", "Time since this run began.", "total_millis", Status::totalMillis),
        count(
            "fram_held",
            "1 while the run waits for a person.",
            "",
            s -> s.held().isPresent() ? 1 : 0),
        count(
            "fram_guard",
            "1 while something is held back for the source's sake.",
            "",
            s -> s.guard().isPresent() ? 1 : 0),
        count(
            "fram_question_open",
            "1 while only a person can tell how it goes on.",
            "",
            s -> s.question().isPresent() ? 1 : 0),
        count("fram_alarms", "What must be looked at now.", "", s -> s.alarms().size()));
  }

  private static List<Metric> copy() {
    return List.of(
        count("fram_copy_tables", "Tables that are copied.", "copy.tables", s -> s.copy().tables()),
        count(
            "fram_copy_tables_copied",
            "Of these, on the target.",
            "copy.tables_copied",
            s -> s.copy().tablesCopied()),
        count(
            "fram_copy_tables_ready",
            "Of these, also indexed.",
            "copy.tables_ready",
            s -> s.copy().tablesReady()),
        count(
            "fram_copy_rows",
            "Rows copied; falls when a table is copied again.",
            "copy.rows",
            s -> s.copy().rows()),
        count("fram_copy_bytes", "Bytes copied.", "copy.bytes", s -> s.copy().bytes()),
        count(
            "fram_copy_expected_bytes",
            "Estimate of the bytes to copy.",
            "copy.expected_bytes",
            s -> s.copy().expectedBytes()),
        count(
            "fram_copy_bytes_per_second",
            "Rate over the last seconds.",
            "copy.bytes_per_second",
            s -> s.copy().bytesPerSecond()),
        seconds(
            "fram_copy_eta_low_seconds",
            "Copy and indexes still take so long, at best.",
            "copy.eta.low_millis",
            s -> s.copy().eta().lowMillis()),
        seconds(
            "fram_copy_eta_high_seconds",
            "The same at worst.",
            "copy.eta.high_millis",
            s -> s.copy().eta().highMillis()));
  }

  private static List<Metric> feed() {
    return List.of(
        count(
            "fram_lag_bytes",
            "Bytes of the source's log not yet applied.",
            "feed.lag_bytes",
            s -> s.feed().lagBytes()),
        seconds(
            "fram_lag_seconds",
            "Age of the oldest transaction not yet applied.",
            "feed.lag_millis",
            s -> s.feed().lagMillis()),
        count(
            "fram_backlog_bytes",
            "Bytes read but not applied.",
            "feed.backlog_bytes",
            s -> s.feed().backlogBytes()),
        count(
            "fram_backlog_disk_bytes",
            "Of these, on disk.",
            "feed.backlog_on_disk_bytes",
            s -> s.feed().backlogOnDiskBytes()),
        total(
            "fram_apply_transactions_total",
            "Source transactions applied by this run.",
            "feed.transactions",
            s -> s.feed().transactions()),
        total(
            "fram_apply_changes_total",
            "Row changes applied by this run.",
            "feed.changes",
            s -> s.feed().changes()),
        total(
            "fram_apply_skipped_changes_total",
            "Row changes that the copy already held.",
            "feed.skipped",
            s -> s.feed().skipped()),
        count(
            "fram_apply_changes_per_second",
            "Rate over the last seconds.",
            "feed.changes_per_second",
            s -> s.feed().changesPerSecond()),
        count(
            "fram_source_retained_log_bytes",
            "Log that the source keeps because of Fram.",
            "feed.retained_bytes",
            s -> s.feed().retainedBytes()));
  }

  private static List<Metric> verify() {
    return List.of(
        count(
            "fram_verify_tables",
            "Tables that are compared.",
            "verify.tables",
            s -> s.verify().tables()),
        count(
            "fram_verify_equal_tables",
            "Of these, found equal.",
            "verify.equal",
            s -> s.verify().equal()),
        count(
            "fram_verify_different_tables",
            "Of these, with rows that differ.",
            "verify.different",
            s -> s.verify().different()),
        count("fram_verify_rows", "Rows compared.", "verify.rows", s -> s.verify().rows()),
        count(
            "fram_verify_differing_rows",
            "Rows that differ.",
            "verify.differing",
            s -> s.verify().differing()),
        count(
            "fram_verify_touched_rows",
            "Rows written since they were compared.",
            "verify.touched",
            s -> s.verify().touched()),
        count(
            "fram_verify_rows_per_second",
            "Rate of one job.",
            "verify.rows_per_second",
            s -> s.verify().rowsPerSecond()),
        seconds(
            "fram_verify_last_proof_seconds",
            "The last proof, while writes are blocked, would take so long now.",
            "verify.last_proof_millis",
            s -> s.verify().lastProofMillis()));
  }

  private static List<Metric> cutover() {
    return List.of(
        maybe(
            "fram_cutover_attempts_total",
            Kind.COUNTER,
            "How often the write gate was tried by this run.",
            "cutover.attempts",
            s -> s.cutover().map(c -> (double) c.attempts())),
        maybe(
            "fram_cutover_write_block_seconds",
            Kind.GAUGE,
            "How long writes were blocked, by the last attempt that closed the gate.",
            "cutover.write_block_millis",
            s -> s.cutover().flatMap(c -> secondsOf(c.writeBlockMillis()))),
        new Metric(
            "fram_cutover_step_seconds",
            Kind.GAUGE,
            "How long each step of the last cutover took; outcome is running, done, undone, failed"
                + " or unknown.",
            "cutover.steps.millis",
            s ->
                s.cutover().map(Status.Cutover::steps).orElse(List.of()).stream()
                    .map(step ->
                        new Sample(
                            labels("step", step.name(), "outcome", step.outcome()),
                            step.millis() / 1000.0))
                    .toList()));
  }

  private static List<Metric> probe() {
    return List.of(
        ofProbe(
            "fram_probe_writes_total",
            "Writes acknowledged to the client probe.",
            "writes",
            Status.Probe::writes),
        ofProbe(
            "fram_probe_reads_total",
            "Reads answered to the client probe.",
            "reads",
            Status.Probe::reads),
        maybe(
            "fram_probe_longest_write_gap_seconds",
            Kind.GAUGE,
            "Longest time between two writes that were acknowledged.",
            "cutover.probe.longest_write_gap_millis",
            s -> ofProbe(s).flatMap(p -> secondsOf(p.longestWriteGapMillis()))),
        maybe(
            "fram_probe_longest_read_gap_seconds",
            Kind.GAUGE,
            "Longest time between two reads that were answered.",
            "cutover.probe.longest_read_gap_millis",
            s -> ofProbe(s).flatMap(p -> secondsOf(p.longestReadGapMillis()))),
        ofProbe(
            "fram_probe_write_errors_total",
            "Writes of the client probe that failed.",
            "write_errors",
            Status.Probe::writeErrors),
        ofProbe(
            "fram_probe_read_errors_total",
            "Reads of the client probe that failed.",
            "read_errors",
            Status.Probe::readErrors));
  }

  private static List<Metric> reverse() {
    return List.of(
        ofReverse(
            "fram_reverse_lag_bytes",
            Kind.GAUGE,
            "Bytes of the new server's log that the old one has not.",
            "lag_bytes",
            r -> known(r.lagBytes())),
        ofReverse(
            "fram_reverse_lag_seconds",
            Kind.GAUGE,
            "Age of the oldest transaction that the old server has not.",
            "lag_millis",
            r -> secondsOf(r.lagMillis())),
        ofReverse(
            "fram_reverse_transactions_total",
            Kind.COUNTER,
            "Transactions brought to the old server by this run.",
            "transactions",
            r -> known(r.transactions())),
        ofReverse(
            "fram_reverse_changes_total",
            Kind.COUNTER,
            "Row changes brought to the old server by this run.",
            "changes",
            r -> known(r.changes())),
        ofReverse(
            "fram_reverse_retained_log_bytes",
            Kind.GAUGE,
            "Log that the new server keeps because of Fram.",
            "retained_bytes",
            r -> known(r.retainedBytes())),
        ofReverse(
            "fram_reverse_window_left_seconds",
            Kind.GAUGE,
            "What is left of the reverse window.",
            "left_millis",
            r -> secondsOf(r.leftMillis())));
  }

  private static Metric seconds(
      String name, String help, String of, ToLongFunction<Status> millis) {
    return maybe(name, Kind.GAUGE, help, of, s -> secondsOf(millis.applyAsLong(s)));
  }

  private static Metric count(String name, String help, String of, ToLongFunction<Status> number) {
    return maybe(name, Kind.GAUGE, help, of, s -> known(number.applyAsLong(s)));
  }

  private static Metric total(String name, String help, String of, ToLongFunction<Status> number) {
    return maybe(name, Kind.COUNTER, help, of, s -> known(number.applyAsLong(s)));
  }

  private static Metric ofProbe(
      String name, String help, String of, ToLongFunction<Status.Probe> number) {
    return maybe(
        name,
        Kind.COUNTER,
        help,
        "cutover.probe." + of,
        s -> ofProbe(s).flatMap(p -> known(number.applyAsLong(p))));
  }

  private static Metric ofReverse(
      String name,
      Kind kind,
      String help,
      String of,
      Function<Status.Reverse, Optional<Double>> number) {
    return maybe(name, kind, help, "reverse." + of, s -> s.reverse().flatMap(number));
  }

  private static Metric maybe(
      String name, Kind kind, String help, String of, Function<Status, Optional<Double>> value) {
    return new Metric(
        name, kind, help, of, s -> value.apply(s).map(v -> new Sample("", v)).stream().toList());
  }

  private static Optional<Status.Probe> ofProbe(Status status) {
    return status.cutover().flatMap(Status.Cutover::probe);
  }

  /** The picture says -1 where it does not know. */
  private static Optional<Double> known(long number) {
    return number < 0 ? Optional.empty() : Optional.of((double) number);
  }

  private static Optional<Double> secondsOf(long millis) {
    return known(millis).map(known -> known / 1000);
  }

  private static String labels(String... pairs) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < pairs.length; i += 2) {
      String value = pairs[i + 1].replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
      text.append(i == 0 ? "" : ",").append(pairs[i]).append("=\"").append(value).append('"');
    }
    return text.append('}').toString();
  }
}
