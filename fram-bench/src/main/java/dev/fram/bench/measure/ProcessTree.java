// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process and all that it started, as /proc tells (proc(5)). A process that has ended counts for
 * the one that waited for it, both its time and its bytes, so nothing is lost and nothing counts
 * twice.
 *
 * @param pid the process at the root
 */
public record ProcessTree(long pid) {
  /** USER_HZ, which Linux fixes for all that it tells to programs. */
  private static final double TICKS_PER_SECOND = 100;

  /** Where the four times stand behind the program's name. */
  private static final int TIMES = 11;

  /** Up to this moment. */
  public Usage usage() {
    return all().map(ProcessTree::usageOf).reduce(Usage.NONE, Usage::plus);
  }

  /** The sum of what each of those that live now has had in memory at most, in bytes. */
  long peakMemory() {
    return all().mapToLong(ProcessTree::peakOf).sum();
  }

  /** Of the process at the root; empty when it has ended. */
  public String commandLine() {
    return read(pid, "cmdline").orElse("").replace('\0', ' ');
  }

  private Stream<Long> all() {
    return ProcessHandle.of(pid)
        .map(root ->
            Stream.concat(Stream.of(root), root.descendants())
                .map(ProcessHandle::pid)
                .toList()
                .stream())
        .orElse(Stream.empty());
  }

  private static Usage usageOf(long pid) {
    double seconds =
        read(pid, "stat")
            .map(text -> {
              String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
              long ticks = 0;
              for (int i = TIMES; i < TIMES + 4; i++) {
                ticks += Long.parseLong(fields[i]);
              }
              return ticks / TICKS_PER_SECOND;
            })
            .orElse(0.0);
    return new Usage(seconds, number(read(pid, "io"), "write_bytes:"));
  }

  private static long peakOf(long pid) {
    return number(read(pid, "status"), "VmHWM:") * 1024;
  }

  private static long number(Optional<String> text, String name) {
    return text.stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip().split("\\s", 2)[0])
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  /** Empty when the process has ended meanwhile. */
  private static Optional<String> read(long pid, String file) {
    Path path = Path.of("/proc", Long.toString(pid), file);
    try {
      return Optional.of(String.join("\n", Files.readAllLines(path, StandardCharsets.ISO_8859_1)));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** The processes at the roots of several trees must all be there. */
  public static void require(List<Long> pids) {
    for (long pid : pids) {
      if (read(pid, "io").isEmpty()) {
        throw new IllegalStateException(
            "/proc/" + pid + "/io cannot be read: run as root, or as the servers' user");
      }
    }
  }
}
