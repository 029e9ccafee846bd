// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

/**
 * One event of the binary log as it came: its header and its bytes, the checksum taken off (the
 * server's {@code libbinlogevents/include/binlog_event.h}).
 *
 * @param type the event's number ({@link EventCode})
 * @param seconds the source's clock, seconds since 1970
 * @param server the server_id of the server that made it first
 * @param next where the next event begins in the file; 0 when the event is not in the file
 * @param flags the header's flags
 * @param body what follows the header
 */
@SuppressWarnings("ArrayRecordComponent") // never copied, never compared
record LogEvent(int type, long seconds, long server, long next, int flags, byte[] body) {
  private static final int ARTIFICIAL = 0x20;
  private static final int IGNORABLE = 0x80;

  /** Made up by the server for the reader, and not a part of any file. */
  boolean artificial() {
    return (flags & ARTIFICIAL) != 0 || next == 0;
  }

  /** A reader that does not know it may leave it out. */
  boolean ignorable() {
    return (flags & IGNORABLE) != 0;
  }

  LogBytes bytes() {
    return new LogBytes(body);
  }
}
