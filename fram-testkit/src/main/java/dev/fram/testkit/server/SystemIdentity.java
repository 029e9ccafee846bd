// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Gives a copied data folder a system identifier of its own. Copies of one initdb share the
 * identifier, and Fram rightly takes two servers with the same one for the same cluster.
 *
 * <p>The identifier is the first field of global/pg_control, covered by the CRC-32C that ends the
 * structure (pg_control.h), and stands in the long header of each WAL segment's first page
 * (xlog_internal.h, XLogLongPageHeaderData), which no checksum covers. The server must be stopped.
 */
final class SystemIdentity {
  private static final int WAL_SYSTEM_IDENTIFIER = 24;
  private static final int CONTROL_DATA_LIMIT = 512;

  private SystemIdentity() {}

  static void assign(Path data, long identifier) throws IOException {
    Path control = data.resolve("global").resolve("pg_control");
    byte[] bytes = Files.readAllBytes(control);
    int checksumAt = checksumPosition(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    buffer.putLong(0, identifier);
    buffer.putInt(checksumAt, crc32c(bytes, checksumAt));
    Files.write(control, bytes, StandardOpenOption.WRITE);
    for (Path segment : segments(data.resolve("pg_wal"))) {
      try (var channel = Files.newByteChannel(segment, StandardOpenOption.WRITE)) {
        channel.position(WAL_SYSTEM_IDENTIFIER);
        channel.write(
            ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, identifier));
      }
    }
  }

  /** The structure's length differs between versions; its own checksum says where it ends. */
  private static int checksumPosition(byte[] control) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(control).order(ByteOrder.nativeOrder());
    for (int at = 64; at < CONTROL_DATA_LIMIT; at += Integer.BYTES) {
      if (buffer.getInt(at) == crc32c(control, at)) {
        return at;
      }
    }
    throw new IOException("pg_control has no checksum in its first 512 bytes");
  }

  private static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static List<Path> segments(Path wal) throws IOException {
    try (Stream<Path> files = Files.list(wal)) {
      return files.filter(file -> file.getFileName().toString().matches("[0-9A-F]{24}")).toList();
    }
  }
}
