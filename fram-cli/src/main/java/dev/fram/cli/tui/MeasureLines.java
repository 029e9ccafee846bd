// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.probe.Disk;
import dev.fram.api.probe.LinkProbe;
import dev.fram.api.probe.ServerCertificate;
import dev.fram.core.figures.Amount;
import dev.fram.core.probe.ComparisonFigures;
import dev.fram.core.probe.Forecast;
import dev.fram.core.probe.HostFigures;
import dev.fram.core.probe.Latency;
import dev.fram.core.probe.LinkFigures;
import dev.fram.core.probe.Measurement;
import dev.fram.core.probe.Rate;
import dev.fram.core.probe.SequentialFigures;
import dev.fram.core.probe.Soak;
import dev.fram.core.probe.SourceFigures;
import dev.fram.core.probe.TargetFigures;
import dev.fram.core.probe.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** A measurement as lines for people: figures with units and methods, then what they mean. */
final class MeasureLines {
  private static final int LABEL = 18;
  private static final String UNKNOWN = "unknown";

  private final List<String> lines = new ArrayList<>();

  private MeasureLines() {}

  static List<String> of(Measurement measurement) {
    MeasureLines made = new MeasureLines();
    made.host(measurement.host());
    made.link("Way to the source", measurement.sourceLink());
    made.link("Way to the target", measurement.targetLink());
    made.source(measurement.source());
    made.target(measurement.target());
    measurement.comparison().ifPresent(made::comparison);
    measurement.soak().ifPresent(made::soak);
    made.forecast(measurement.forecast());
    return made.lines.stream().map(Cells::safe).toList();
  }

  private void head(String title) {
    lines.add("");
    lines.add(title);
  }

  private void line(String label, String text) {
    lines.add("  " + label + " ".repeat(Math.max(1, LABEL - label.length())) + text);
  }

  private void host(HostFigures host) {
    head("This machine");
    line(
        "arithmetic",
        Amount.count(Math.round(host.stepsPerMicrosecond()))
            + " steps a microsecond; what takes a fixed time is foretold as "
            + String.format(Locale.ROOT, "%.2f", host.slower())
            + " times the usual");
  }

  private void link(String title, LinkFigures link) {
    head(title + ": " + link.server() + " (" + link.version() + ")");
    line("encryption", link.tls().map(MeasureLines::tls).orElse("none"));
    link.tls().ifPresent(tls -> certificate(tls.certificate()));
    line("round trip", latency(link.roundTrip()));
    line("to the server", rate(link.sent()) + sessions(link.sessions()));
    line("from the server", rate(link.received()) + sessions(link.sessions()));
  }

  private void certificate(Optional<ServerCertificate> certificate) {
    if (certificate.isEmpty()) {
      line("certificate", UNKNOWN);
      return;
    }
    ServerCertificate shown = certificate.get();
    line("certificate", shown.subject() + ", issued by " + shown.issuer());
    line(
        "",
        "valid from "
            + Instant.ofEpochMilli(shown.beginsMillis())
            + " until "
            + Instant.ofEpochMilli(shown.endsMillis())
            + "; "
            + shown.checked().words());
    line("", "SHA-256 " + shown.sha256());
  }

  private static String tls(LinkProbe.Tls tls) {
    return tls.version() + " " + tls.cipher();
  }

  private void source(SourceFigures source) {
    head(
        "Source: "
            + Amount.count(source.tables())
            + (source.tables() == 1 ? " table, " : " tables, ")
            + Amount.bytes(source.tableBytes())
            + " of rows on disk, indexes "
            + (source.indexBytes().isPresent()
                ? Amount.bytes(source.indexBytes().getAsLong())
                : UNKNOWN));
    line(
        "reading rows",
        source.read().map(r -> rate(r) + sessions(source.sessions())).orElse(UNKNOWN));
    SourceFigures.Change change = source.change();
    line(
        "changes",
        change.logBytesPerSecond().stream().mapToObj(Amount::rate).findFirst().orElse(UNKNOWN)
            + " of log, "
            + perSecond(change.commitsPerSecond(), "commits/s")
            + ", "
            + perSecond(change.rowsPerSecond(), "rows/s")
            + " (over "
            + Amount.time(change.windowMillis())
            + ")");
    line("log is kept", kept(source.log()));
    line("free disk", disk(source.disk()));
  }

  private static String perSecond(OptionalDouble number, String unit) {
    return number.isPresent()
        ? Amount.count(tenths(number.getAsDouble())) + " " + unit
        : unit + " " + UNKNOWN;
  }

  private static double tenths(double number) {
    return number < 9.95 ? Math.round(number * 10) / 10.0 : Math.round(number);
  }

  private static String kept(SourceFigures.LogKept log) {
    String howLong =
        log.millis().isPresent()
            ? "for " + Amount.time(log.millis().getAsLong())
            : log.bytes().isPresent()
                ? "up to " + Amount.bytes(log.bytes().getAsLong())
                : "as long as it is needed";
    return howLong + " (" + log.setBy() + ")";
  }

  private void target(TargetFigures target) {
    head(
        "Target: a scratch table of "
            + Amount.bytes(target.scratchBytes())
            + ", rows of "
            + target.rowBytes()
            + " B; the server's own cache is "
            + (target.facts().cacheBytes().isPresent()
                ? Amount.bytes(target.facts().cacheBytes().getAsLong())
                : UNKNOWN));
    line("durable commits", each(target.commit(), "commits/s"));
    line("sequential write", sequential(target.sequential()));
    line("bulk writing", rate(target.load()) + sessions(target.sessions()));
    line(
        "building an index",
        rate(target.index())
            + " of index, by 1 session; "
            + Amount.latency(target.indexAtLeastMillis())
            + " at least");
    line(
        "random updates",
        Amount.count(Math.round(target.updatesPerSecond()))
            + " rows/s, 100 in a durable transaction; each "
            + latency(target.update()));
    line(
        "random reads",
        each(target.read(), "reads/s")
            + "; pages from outside the server's cache a read: "
            + (target.fetchedPages().isPresent()
                ? String.format(Locale.ROOT, "%.2f", target.fetchedPages().getAsDouble())
                : UNKNOWN));
    line("settings", String.join(", ", target.facts().settings()));
    line("free disk", disk(target.room()));
    line("behaves like", target.disk().like().words());
    target.disk().evidence().forEach(sentence -> line("", sentence));
  }

  private static String sequential(SequentialFigures figures) {
    return figures
        .rate()
        .map(rate -> rate(rate) + " of the disk's own, by the server's " + figures.seen())
        .orElse(UNKNOWN + ": " + figures.seen());
  }

  private void comparison(ComparisonFigures figures) {
    head("Comparing, on both at the same time");
    line("on the source", rate(figures.source()) + " on its disk" + sessions(figures.sessions()));
    line("on the target", rate(figures.target()) + " of scratch" + sessions(figures.sessions()));
    line("a table at least", Amount.latency(figures.tableMillis()));
  }

  private static String disk(Disk disk) {
    return disk.freeBytes().isPresent()
        ? Amount.bytes(disk.freeBytes().getAsLong())
            + " of "
            + Amount.bytes(disk.totalBytes().orElse(0))
            + " ("
            + disk.seen()
            + ")"
        : UNKNOWN + ": " + disk.seen();
  }

  private void soak(Soak soak) {
    head("Soak: " + soak.windows().size() + " windows");
    double[] load =
        soak.windows().stream().mapToDouble(Soak.Window::loadBytesPerSecond).sorted().toArray();
    if (load.length > 0) {
      line(
          "bulk writing",
          "lowest "
              + Amount.rate(load[0])
              + ", median "
              + Amount.rate(load[load.length / 2])
              + ", highest "
              + Amount.rate(load[load.length - 1]));
    }
    line("lasting fall", soak.fall().orElse("none"));
  }

  private void forecast(Forecast forecast) {
    head("Forecast");
    line("copy", words(forecast.copy()));
    line("limited by", forecast.bottleneck().words());
    line("indexes", words(forecast.index()));
    line("both together", words(forecast.copyAndIndex()));
    line("catching up", words(forecast.catchUp()));
    line("comparing", words(forecast.verify()));
    line("writes blocked", words(forecast.freeze()));
    line("target keeps up", verdict(forecast.keepsUp()));
    line("log lasts", verdict(forecast.logLasts()));
    forecast.evidence().forEach(sentence -> lines.add("  - " + sentence));
    lines.add("");
  }

  private static String words(Optional<TimeRange> range) {
    return range.map(TimeRange::words).orElse(UNKNOWN);
  }

  private static String verdict(Forecast.Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }

  private static String each(Latency latency, String unit) {
    return Amount.count(Math.round(latency.perSecond()))
        + " "
        + unit
        + "; each "
        + latency(latency);
  }

  private static String latency(Latency latency) {
    return Amount.latency(latency.p50Millis())
        + " at p50, "
        + Amount.latency(latency.p99Millis())
        + " at p99 ("
        + Amount.count(latency.samples())
        + " samples)";
  }

  private static String rate(Rate rate) {
    return Amount.rate(rate.bytesPerSecond())
        + " ("
        + Amount.bytes(rate.bytes())
        + " in "
        + Amount.time(rate.millis())
        + ")";
  }

  private static String sessions(int sessions) {
    return sessions == 1 ? ", 1 session" : ", " + sessions + " sessions";
  }
}
