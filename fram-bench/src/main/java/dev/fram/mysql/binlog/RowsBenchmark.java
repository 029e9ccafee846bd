// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Rows of MySQL's binary log; in this package because the reader is the feed's own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RowsBenchmark {
  private static final int ROWS = 50;

  private final TableMap table =
      new TableMap(
          new TableId("shop", "events"),
          List.of(
              new TableMap.Column(ColumnType.LONGLONG, 0, TableMap.Sign.SIGNED),
              new TableMap.Column(ColumnType.LONG, 0, TableMap.Sign.SIGNED),
              new TableMap.Column(ColumnType.VARCHAR, 80, TableMap.Sign.UNKNOWN),
              new TableMap.Column(ColumnType.DATETIME, 6, TableMap.Sign.UNKNOWN),
              new TableMap.Column(ColumnType.DOUBLE, 8, TableMap.Sign.SIGNED),
              new TableMap.Column(ColumnType.BLOB, 2, TableMap.Sign.UNKNOWN)),
          List.of());

  private final LogEvent event = event();
  private final byte[] payload = RowsReader.read(event, table).getFirst().payload();

  private static LogEvent event() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {1, 0, 0, 0, 0, 0, 1, 0, 2, 0, 6, 0x3F});
    byte[] kind = "kind-12".getBytes(StandardCharsets.US_ASCII);
    byte[] note = "a note of some length, ".repeat(5).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < ROWS; i++) {
      out.write(0);
      out.writeBytes(new byte[] {(byte) i, 1, 0, 0, 0, 0, 0, 0});
      out.writeBytes(new byte[] {5, 0, 0, 0});
      out.write(kind.length);
      out.writeBytes(kind);
      out.writeBytes(new byte[] {(byte) 0x99, (byte) 0xB2, 0x42, 0, 0, 0, 0, 0});
      out.writeBytes(new byte[] {0, 0, 0, 0, 0, 0, (byte) 0xF0, 0x3F});
      out.write(note.length);
      out.write(0);
      out.writeBytes(note);
    }
    return new LogEvent(EventCode.WRITE_ROWS, 0, 1, 1, 0, out.toByteArray());
  }

  /** From the log's bytes to values, a row. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public List<RowChange> readRow() {
    return RowsReader.read(event, table);
  }

  /** From the log's bytes to what waits in the backlog, a row. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public int rowToBacklog() {
    int bytes = 0;
    for (RowChange change : RowsReader.read(event, table)) {
      bytes += change.payload().length;
    }
    return bytes;
  }

  /** From the backlog to values again, a row. */
  @Benchmark
  public RowChange rowFromBacklog() {
    return RowChange.read(payload);
  }
}
