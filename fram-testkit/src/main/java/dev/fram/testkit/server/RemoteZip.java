// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A zip archive on a server that answers ranges: its directory is read first, then only the wanted
 * entries (APPNOTE.TXT of the format, 4.3). Archives of more than 4 GB are not understood. Owned by
 * one thread.
 */
final class RemoteZip {
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_LENGTH = 22;
  private static final int DIRECTORY_SIGNATURE = 0x02014b50;
  private static final int DIRECTORY_LENGTH = 46;
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final int LOCAL_LENGTH = 30;

  /** The end record may be followed by a comment of at most this length. */
  private static final int TAIL = END_LENGTH + 0xffff;

  /** Local headers may hold more extra fields than the directory does. */
  private static final int SPARE = 1024;

  private static final int OWNER_EXECUTES = 0100;

  private final URI address;
  private final Map<String, Entry> entries;

  private RemoteZip(URI address, Map<String, Entry> entries) {
    this.address = address;
    this.entries = entries;
  }

  /** What the directory says of one entry. */
  private record Entry(String name, boolean deflated, int crc, long length, long at, int mode) {}

  static RemoteZip open(URI address) throws IOException {
    byte[] tail = bytes(address, "-" + TAIL);
    ByteBuffer end = littleEndian(tail);
    int at = tail.length - END_LENGTH;
    while (at >= 0 && end.getInt(at) != END_SIGNATURE) {
      at--;
    }
    if (at < 0) {
      throw new ServerException(address + " is not a zip archive.");
    }
    long length = Integer.toUnsignedLong(end.getInt(at + 12));
    long first = Integer.toUnsignedLong(end.getInt(at + 16));
    return new RemoteZip(address, directory(bytes(address, first + "-" + (first + length - 1))));
  }

  /** How many bytes the entry takes on the wire. */
  long length(String name) {
    return entry(name).length();
  }

  /** Writes one entry into a file, checked against its CRC and the SHA-256 that it must have. */
  void extract(String name, String sha256, Path to, FetchProgress progress) throws IOException {
    Entry entry = entry(name);
    long last =
        entry.at()
            + LOCAL_LENGTH
            + name.getBytes(StandardCharsets.UTF_8).length
            + SPARE
            + entry.length();
    MavenRepository.range(
        address,
        entry.at() + "-" + last,
        (body, length) -> {
          write(entry, sha256, progress.counting(body), to);
          return to;
        });
    boolean program = (entry.mode() & OWNER_EXECUTES) != 0;
    Files.setPosixFilePermissions(
        to, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
  }

  private static void write(Entry entry, String sha256, InputStream body, Path to)
      throws IOException {
    DataInputStream in = new DataInputStream(body);
    ByteBuffer header = littleEndian(in.readNBytes(LOCAL_LENGTH));
    if (header.capacity() < LOCAL_LENGTH || header.getInt(0) != LOCAL_SIGNATURE) {
      throw new IOException("no entry where the directory says " + entry.name());
    }
    in.skipNBytes(Short.toUnsignedInt(header.getShort(26)) + header.getShort(28));
    CRC32 crc = new CRC32();
    DigestOutputStream digest;
    try (OutputStream file = Files.newOutputStream(to)) {
      digest = new DigestOutputStream(new CheckedOutputStream(file, crc), MavenRepository.sha256());
      if (entry.deflated()) {
        inflate(in, digest);
      } else {
        digest.write(in.readNBytes(Math.toIntExact(entry.length())));
      }
    }
    if ((int) crc.getValue() != entry.crc()) {
      throw new IOException("the CRC of " + entry.name() + " is wrong");
    }
    String seen = HexFormat.of().formatHex(digest.getMessageDigest().digest());
    if (!seen.equals(sha256)) {
      throw new ServerException(
          entry.name() + " has SHA-256 " + seen + ", expected " + sha256 + ". Nothing was run.");
    }
  }

  private static void inflate(InputStream in, OutputStream out) throws IOException {
    Inflater inflater = new Inflater(true);
    try (InflaterInputStream plain = new InflaterInputStream(in, inflater, 1 << 16)) {
      plain.transferTo(out);
    } finally {
      inflater.end();
    }
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new ServerException(address + " holds no " + name + ".");
    }
    return entry;
  }

  private static Map<String, Entry> directory(byte[] bytes) throws IOException {
    ByteBuffer all = littleEndian(bytes);
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (int at = 0; at + DIRECTORY_LENGTH <= bytes.length; ) {
      if (all.getInt(at) != DIRECTORY_SIGNATURE) {
        throw new IOException("the archive's directory is broken at byte " + at);
      }
      int nameLength = Short.toUnsignedInt(all.getShort(at + 28));
      Entry entry =
          new Entry(
              new String(bytes, at + DIRECTORY_LENGTH, nameLength, StandardCharsets.UTF_8),
              all.getShort(at + 10) != 0,
              all.getInt(at + 16),
              Integer.toUnsignedLong(all.getInt(at + 20)),
              Integer.toUnsignedLong(all.getInt(at + 42)),
              all.getInt(at + 38) >>> 16);
      entries.put(entry.name(), entry);
      at +=
          DIRECTORY_LENGTH
              + nameLength
              + Short.toUnsignedInt(all.getShort(at + 30))
              + Short.toUnsignedInt(all.getShort(at + 32));
    }
    return entries;
  }

  private static byte[] bytes(URI address, String range) throws IOException {
    return MavenRepository.range(address, range, (body, length) -> body.readAllBytes());
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
