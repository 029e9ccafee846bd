// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * The events inside a TRANSACTION_PAYLOAD event (binlog_transaction_compression), unpacked one by
 * one as they are wanted: the transaction is never unpacked as a whole. Owned by the feed's thread.
 */
final class PayloadEvents {
  private static final int END = 0;
  private static final int COMPRESSION = 2;
  private static final int NONE = 255;
  private static final int HEADER = 19;

  private final InputStream in;
  private final LogEvent outer;

  private PayloadEvents(InputStream in, LogEvent outer) {
    this.in = in;
    this.outer = outer;
  }

  static PayloadEvents of(LogEvent event) {
    LogBytes fields = event.bytes();
    long compression = NONE;
    for (long field = fields.packed(); field != END; field = fields.packed()) {
      LogBytes value = fields.part(fields.packedCount());
      if (field == COMPRESSION) {
        compression = value.packed();
      }
    }
    InputStream plain = new ByteArrayInputStream(fields.take(fields.left()));
    try {
      InputStream unpacked =
          compression == NONE ? plain : new ZstdInputStream(plain).setContinuous(false);
      return new PayloadEvents(unpacked, event);
    } catch (IOException e) {
      throw unreadable();
    }
  }

  /** The next event; it stands where the outer one stands in the file. */
  Optional<LogEvent> next() {
    try {
      byte[] head = in.readNBytes(HEADER);
      if (head.length < HEADER) {
        in.close();
        return Optional.empty();
      }
      LogBytes header = new LogBytes(head);
      long seconds = header.u32();
      int type = header.u8();
      header.skip(4);
      int size = Math.toIntExact(header.u32());
      header.skip(4);
      int flags = header.u16();
      byte[] body = in.readNBytes(size - HEADER);
      if (body.length < size - HEADER) {
        throw unreadable();
      }
      return Optional.of(new LogEvent(type, seconds, outer.server(), outer.next(), flags, body));
    } catch (IOException e) {
      throw unreadable();
    }
  }

  private static IndexOutOfBoundsException unreadable() {
    return new IndexOutOfBoundsException("a compressed transaction cannot be unpacked");
  }
}
