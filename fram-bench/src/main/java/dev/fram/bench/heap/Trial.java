// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.heap;

import dev.fram.api.status.PhaseName;
import dev.fram.bench.data.BenchArena;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import dev.fram.bench.tool.FramProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One large thing of a wanted size, and half of that when Fram fails, until one arrives whole. Fram
 * is started by its launcher, with the heap that the launcher gives.
 */
final class Trial {
  static final String MOVED = "moved_mb";
  private static final int SMALLEST_MEGABYTES = 8;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final BenchArena arena;
  private final Large large;
  private final List<String> jvm;
  private final PrintStream out;

  /** What is large. */
  enum Kind {
    /** Rows of a kilobyte, written while Fram follows. */
    TRANSACTION("a large transaction"),
    /** There before Fram begins. */
    COPIED_ROW("a large row, copied"),
    /** Written while Fram follows. */
    FOLLOWED_ROW("a large row, followed");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  Trial(BenchArena arena, Large large, List<String> jvm, PrintStream out) {
    this.arena = arena;
    this.large = large;
    this.jvm = jvm;
    this.out = out;
  }

  /** The run in which it was moved; one of 0 MB when even a small one was not. */
  ToolRun run(Kind kind, int wanted) throws Exception {
    for (int megabytes = wanted; megabytes >= SMALLEST_MEGABYTES; megabytes /= 2) {
      Optional<ToolRun> run = tried(kind, megabytes);
      if (run.isPresent()) {
        return run.get();
      }
    }
    return new ToolRun(0, new Usage(0, 0), 0, Map.of(MOVED, 0.0, ToolRun.HEAP_LIMIT, 0.0));
  }

  private Optional<ToolRun> tried(Kind kind, int megabytes) throws Exception {
    arena.prepare();
    large.clear();
    if (kind == Kind.COPIED_ROW) {
      large.writeRow(megabytes);
    }
    List<String> words = new ArrayList<>(List.of("migrate"));
    try (FramProcess fram = FramProcess.start(arena.endpoints(), jvm, words)) {
      ToolRun run = moved(kind, megabytes, fram);
      out.printf(
          "%-24s %6d MB  %7.1f s   heap %.0f MiB, peak memory %d MiB%n",
          kind.words(),
          megabytes,
          run.seconds(),
          run.figures().get(ToolRun.HEAP_LIMIT),
          run.peakBytes() >> 20);
      return Optional.of(run);
    } catch (IOException failed) {
      out.printf("%-24s %6d MB  not moved: %s%n", kind.words(), megabytes, tail(failed));
      return Optional.empty();
    } finally {
      FramProcess.complete(arena.endpoints(), "cancel");
    }
  }

  private static String tail(IOException failed) {
    String text = String.valueOf(failed.getMessage());
    return text.length() > 600 ? "…" + text.substring(text.length() - 600) : text;
  }

  private ToolRun moved(Kind kind, int megabytes, FramProcess fram)
      throws IOException, SQLException {
    Duration limit = Duration.ofSeconds(60 + megabytes / 4);
    long began = System.nanoTime();
    await(limit, () -> fram.has(PhaseName.READY));
    if (kind != Kind.COPIED_ROW) {
      if (kind == Kind.TRANSACTION) {
        large.writeTransaction(megabytes);
      } else {
        large.writeRow(megabytes);
      }
      began = System.nanoTime();
      large.writeMark();
      await(
          limit,
          () -> {
            fram.has(PhaseName.READY);
            return large.markHasArrived();
          });
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    long there = kind == Kind.TRANSACTION ? large.transactionRows() * 1000 : large.rowBytes();
    if (there != megabytes * 1_000_000L) {
      throw new IllegalStateException(kind.words() + ": only " + there + " bytes have arrived");
    }
    return fram.measured(seconds, Map.of(MOVED, (double) megabytes));
  }

  /** Something that may be so by now. */
  private interface Question {
    boolean yes() throws IOException, SQLException;
  }

  private static void await(Duration limit, Question question) throws IOException, SQLException {
    long end = System.nanoTime() + limit.toNanos();
    while (!question.yes()) {
      if (System.nanoTime() > end) {
        throw new IOException("not in " + limit);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
