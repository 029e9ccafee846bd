// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The system's file system in memory (Linux: {@code /dev/shm}, tmpfs(5)). A test's server in it
 * takes half the processor time for DDL that it takes on a disk. Not used with {@code
 * -Dfram.servers.on=disk}, as tests of more data than memory holds want it.
 */
final class MemoryDisk {
  private static final Path FOLDER = Path.of("/dev/shm");
  private static final Path MEMORY = Path.of("/proc/meminfo");

  /** What some servers at once may take, and as much again for everything else. */
  private static final long ROOM = 8L << 30;

  private MemoryDisk() {}

  /** The folder, where both it and the memory behind it have plenty of room at this moment. */
  static Optional<Path> roomy() throws IOException {
    boolean wanted = !System.getProperty("fram.servers.on", "").equals("disk");
    boolean roomy =
        wanted
            && Files.isDirectory(FOLDER)
            && Files.isWritable(FOLDER)
            && Files.getFileStore(FOLDER).getUsableSpace() >= ROOM
            && availableMemory() >= ROOM;
    return roomy ? Optional.of(FOLDER) : Optional.empty();
  }

  /** In bytes; 0 where the system does not say (proc_meminfo(5), MemAvailable in kB). */
  private static long availableMemory() throws IOException {
    if (!Files.isReadable(MEMORY)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(MEMORY, StandardCharsets.US_ASCII)) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0L);
    }
  }
}
