// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.figures.Amount;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long comparing every row takes. Both servers are asked at the same time, table by table, and
 * the slower one is waited for. Whole tables go faster than the pieces that are measured, which
 * begin anew each time.
 */
final class ComparisonForecast {
  /** As the run cuts its work: {@code MigrationSettings.Verify}. */
  private static final long GROUP_BYTES = 1L << 30;

  private static final int GROUP_TABLES = 200;

  /**
   * What a piece's time is shortened to in a whole table, as seen (docs/explanation/forecast.md).
   */
  private static final double WHOLE = 0.85;

  private static final double START_SECONDS = 0.3;

  private final ComparisonFigures figures;
  private final List<Table> tables;
  private final double streamBytes;
  private final HostFigures host;
  private final Map<TableId, ComparisonFigures.TableSample> samples = new HashMap<>();

  /**
   * @param streamBytes all rows as they go over the way
   */
  ComparisonForecast(
      ComparisonFigures figures, List<Table> tables, double streamBytes, HostFigures host) {
    this.host = host;
    this.figures = figures;
    this.tables = tables;
    this.streamBytes = streamBytes;
    figures.samples().forEach(sample -> samples.put(sample.table(), sample));
  }

  /** How many pieces of work the tables are, and so how many can be done at a time. */
  static int units(List<Table> tables) {
    long large =
        tables.stream()
            .filter(table -> table.bytes() > GROUP_BYTES)
            .mapToLong(table -> Math.ceilDiv(table.bytes(), GROUP_BYTES))
            .sum();
    List<Table> small = tables.stream().filter(table -> table.bytes() <= GROUP_BYTES).toList();
    long bytes = small.stream().mapToLong(table -> Math.max(0, table.bytes())).sum();
    long groups =
        Math.max(Math.ceilDiv(bytes, GROUP_BYTES), Math.ceilDiv((long) small.size(), GROUP_TABLES));
    return Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.max(1, large + groups)));
  }

  TimeRange range() {
    double slower = Math.max(sourceMillis(), targetMillis());
    return TimeRange.around(START_SECONDS * host.slower() + WHOLE * slower / 1000);
  }

  String evidence() {
    return "Comparing every row: the source needs "
        + Amount.time(Math.round(sourceMillis()))
        + " of its own rows' statements, the target "
        + Amount.time(Math.round(targetMillis()))
        + " at "
        + Amount.rate(figures.target().bytesPerSecond())
        + " of rows like the source's in size, "
        + (figures.sessions() == 1 ? "one session" : figures.sessions() + " sessions")
        + " on each at the same time; "
        + Amount.latency(figures.tableMillis())
        + " of it for each table however small. The slower one is waited for; whole tables go"
        + " faster than the pieces that this is from.";
  }

  /** What a small table costs it costs the target as well. */
  private double targetMillis() {
    return tables.size() * figures.tableMillis() / figures.sessions()
        + 1000 * streamBytes / Math.max(1, figures.target().bytesPerSecond());
  }

  private double sourceMillis() {
    return tables.stream().mapToDouble(this::sourceMillis).sum() / figures.sessions();
  }

  private double sourceMillis(Table table) {
    double bytes = Math.max(0, table.bytes());
    ComparisonFigures.TableSample sample = samples.get(table.id());
    if (sample == null || sample.bytes() == 0) {
      return figures.tableMillis() + bytes * millisPerByte();
    }
    double more = Math.max(0, sample.millis() - figures.tableMillis());
    return figures.tableMillis() + more * bytes / sample.bytes();
  }

  private double millisPerByte() {
    double millis = 0;
    double bytes = 0;
    for (ComparisonFigures.TableSample sample : figures.samples()) {
      millis += Math.max(0, sample.millis() - figures.tableMillis());
      bytes += sample.bytes();
    }
    return bytes == 0 ? 0 : millis / bytes;
  }
}
