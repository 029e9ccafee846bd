// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.micro;

import dev.fram.postgresql.pgoutput.PgOutput;
import dev.fram.postgresql.pgoutput.RowMessage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One message of PostgreSQL's change stream. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PgOutputBenchmark {
  private static final int WIDE = 14;

  private final byte[] narrow = update(4, "1234567");
  private final byte[] wide = update(WIDE, "a value of some length, as it is in tables");

  private static byte[] update(int columns, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte('U');
      out.writeInt(16_384);
      out.writeByte('N');
      out.writeShort(columns);
      for (int i = 0; i < columns; i++) {
        out.writeByte('t');
        out.writeInt(text.length);
        out.write(text);
      }
    } catch (IOException never) {
      throw new UncheckedIOException(never);
    }
    return bytes.toByteArray();
  }

  /** An UPDATE of pgbench's accounts. */
  @Benchmark
  public RowMessage narrowUpdate() {
    return PgOutput.row(narrow);
  }

  /** An UPDATE of a wide table. */
  @Benchmark
  public RowMessage wideUpdate() {
    return PgOutput.row(wide);
  }
}
