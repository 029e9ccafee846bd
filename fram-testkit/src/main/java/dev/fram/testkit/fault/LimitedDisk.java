// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * A disk of its own that takes only so much a second: an image of ext4 behind a loop device, and a
 * control group ({@code blkio}, cgroup v1) whose processes are held to the limit when they write to
 * it. What is written in the background by the kernel itself is not held. Needs root, {@code
 * mkfs.ext4} and such a kernel, so it is for tests that are asked for. Owned by one thread.
 */
public final class LimitedDisk implements AutoCloseable {
  private static final Path GROUPS = Path.of("/sys/fs/cgroup/blkio");

  private final Path folder;
  private final String device;
  private final Path group;

  private LimitedDisk(Path folder, String device, Path group) {
    this.folder = folder;
    this.device = device;
    this.group = group;
  }

  /**
   * Makes and mounts one.
   *
   * @param within an empty folder, which others are let into
   * @param megabytes its size; the image grows as it is written to
   * @param bytesPerSecond what it writes
   * @param operationsPerSecond how many writes and flushes
   */
  public static LimitedDisk in(
      Path within, int megabytes, long bytesPerSecond, int operationsPerSecond) throws IOException {
    Files.setPosixFilePermissions(within, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path image = within.resolve("disk.img");
    Path folder = Files.createDirectory(within.resolve("disk"));
    run(List.of("truncate", "-s", megabytes + "M", image.toString()));
    // All of it now: nothing is written behind a measurement's back.
    run(
        List.of(
            "mkfs.ext4",
            "-q",
            "-E",
            "lazy_itable_init=0,lazy_journal_init=0,nodiscard",
            image.toString()));
    String device = run(List.of("losetup", "--show", "-f", image.toString()));
    run(List.of("mount", device, folder.toString()));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    String number = run(List.of("stat", "-c", "%Hr:%Lr", device));
    Path group = Files.createDirectory(GROUPS.resolve("fram-" + within.getFileName()));
    write(group.resolve("blkio.throttle.write_bps_device"), number + " " + bytesPerSecond);
    write(group.resolve("blkio.throttle.write_iops_device"), number + " " + operationsPerSecond);
    return new LimitedDisk(folder, device, group);
  }

  /** Where it is mounted. */
  public Path folder() {
    return folder;
  }

  /** Holds a process to it, with those that it has started and will start. */
  public void hold(long pid) throws IOException {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    try (Stream<ProcessHandle> children = process.descendants()) {
      for (ProcessHandle held : Stream.concat(Stream.of(process), children).toList()) {
        write(group.resolve("cgroup.procs"), Long.toString(held.pid()));
      }
    }
  }

  /** Runs a program that is held to it, and returns what it prints. */
  public String held(List<String> command) throws IOException {
    return run(
        Stream.concat(
                Stream.of(
                    "sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + "; exec \"$@\"", ""),
                command.stream())
            .toList());
  }

  /** Bytes that those held to it have written. */
  public long written() throws IOException {
    return counted("io_service_bytes");
  }

  /** Writes of those held to it, as the limit on operations counts them. */
  public long operations() throws IOException {
    return counted("io_serviced");
  }

  private long counted(String what) throws IOException {
    try (Stream<String> lines = Files.lines(group.resolve("blkio.throttle." + what))) {
      return lines
          .filter(line -> line.contains(" Write "))
          .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  private static String run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("it failed: " + command + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return said.strip();
  }

  /** The processes must have ended. */
  @Override
  public void close() {
    try {
      run(List.of("umount", folder.toString()));
      run(List.of("losetup", "-d", device));
      Files.delete(group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
