// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

/**
 * A byte in a server's binary log. Files are numbered, so the point is a place in an order, but
 * only on the server that wrote them.
 *
 * @param file the file's name, like {@code binlog.000042}
 * @param offset bytes from its beginning
 */
public record LogPoint(String file, long offset) implements Comparable<LogPoint> {
  public LogPoint {
    if (file.isEmpty() || offset < 0) {
      throw new IllegalArgumentException("not a point in a binary log: " + file + ":" + offset);
    }
  }

  /** Reads {@code binlog.000042:4711}. */
  public static LogPoint parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not a point in a binary log: " + text);
    }
    return new LogPoint(text.substring(0, colon), Long.parseLong(text.substring(colon + 1)));
  }

  public String text() {
    return file + ":" + offset;
  }

  /** By the file's number, because after 999999 its name gets longer; then by the offset. */
  @Override
  public int compareTo(LogPoint other) {
    int byFile = Long.compare(number(file), number(other.file));
    return byFile != 0 ? byFile : Long.compare(offset, other.offset);
  }

  private static long number(String file) {
    return Long.parseLong(file.substring(file.lastIndexOf('.') + 1));
  }
}
