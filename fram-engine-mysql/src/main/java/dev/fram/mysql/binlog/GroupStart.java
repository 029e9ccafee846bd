// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.HexFormat;
import java.util.Optional;

/**
 * What stands at the head of each transaction in the log: GTID events of MySQL, plain, anonymous or
 * tagged, and MariaDB's.
 *
 * @param gtid MySQL's id; empty when the transaction has none
 * @param committedAtMillis the source's clock, milliseconds since 1970
 * @param form what follows
 * @param prepares MariaDB: the XA transaction whose rows follow, to be prepared
 * @param domainGtid MariaDB's id
 */
record GroupStart(
    Optional<GtidSet> gtid,
    long committedAtMillis,
    Form form,
    Optional<String> prepares,
    Optional<DomainGtids.Gtid> domainGtid) {
  private static final int STANDALONE = 1;
  private static final int GROUP_COMMIT = 2;
  private static final int PREPARED_XA = 64;

  /** How the group goes on. */
  enum Form {
    /** A statement says whether a transaction begins (MySQL). */
    OPEN,
    /** MariaDB: the transaction has begun. */
    BEGUN,
    /** MariaDB: one statement, and nothing ends the group. */
    STANDALONE
  }

  static GroupStart read(LogEvent event) {
    LogBytes in = event.bytes();
    return switch (event.type()) {
      case EventCode.GTID_TAGGED -> tagged(in, event);
      case EventCode.MARIADB_GTID -> mariaDb(in, event);
      default -> plain(in, event);
    };
  }

  private static GroupStart mariaDb(LogBytes in, LogEvent event) {
    long number = in.i64();
    long domain = in.u32();
    int flags = in.u8();
    in.skip((flags & GROUP_COMMIT) != 0 ? 8 : 0);
    Optional<String> xid = Optional.empty();
    if ((flags & PREPARED_XA) != 0) {
      long format = in.signed(4);
      int global = in.u8();
      int branch = in.u8();
      xid = Optional.of(StatementKind.xid(format, in.take(global), in.take(branch)));
    }
    Form form = (flags & STANDALONE) != 0 ? Form.STANDALONE : Form.BEGUN;
    DomainGtids.Gtid gtid = new DomainGtids.Gtid(domain, event.server(), number);
    return new GroupStart(Optional.empty(), event.seconds() * 1000, form, xid, Optional.of(gtid));
  }

  private static GroupStart plain(LogBytes in, LogEvent event) {
    in.skip(1);
    String uuid = uuid(in.take(16));
    long number = in.i64();
    Optional<GtidSet> gtid =
        event.type() == EventCode.GTID ? Optional.of(GtidSet.of(uuid, number)) : Optional.empty();
    // 5.7 and later go on with the logical clock, 8.0 with the time in microseconds.
    in.skip(Math.min(in.left(), 17));
    long millis = in.left() >= 7 ? (in.unsigned(7) & ~(1L << 55)) / 1000 : event.seconds() * 1000;
    return new GroupStart(gtid, millis, Form.OPEN, Optional.empty(), Optional.empty());
  }

  /**
   * The serialization of 8.3 and later ({@code mysql/serialization}): fields by number, each
   * integer with its length in front.
   */
  private static GroupStart tagged(LogBytes in, LogEvent event) {
    TaggedNumbers numbers = new TaggedNumbers(in);
    numbers.unsigned(); // version
    numbers.unsigned(); // size
    numbers.unsigned(); // last field that must be understood
    numbers.field(0);
    numbers.unsigned(); // flags
    numbers.field(1);
    byte[] uuid = new byte[16];
    for (int i = 0; i < uuid.length; i++) {
      uuid[i] = (byte) numbers.unsigned();
    }
    numbers.field(2);
    long number = numbers.signed();
    numbers.field(3);
    String tag = in.text((int) numbers.unsigned());
    String origin = uuid(uuid) + (tag.isEmpty() ? "" : ":" + tag);
    return new GroupStart(
        Optional.of(GtidSet.of(origin, number)),
        event.seconds() * 1000,
        Form.OPEN,
        Optional.empty(),
        Optional.empty());
  }

  private static String uuid(byte[] bytes) {
    String hex = HexFormat.of().formatHex(bytes);
    return hex.substring(0, 8)
        + "-"
        + hex.substring(8, 12)
        + "-"
        + hex.substring(12, 16)
        + "-"
        + hex.substring(16, 20)
        + "-"
        + hex.substring(20);
  }

  /** Integers whose first byte's low ones tell how many bytes follow. */
  private record TaggedNumbers(LogBytes in) {
    void field(int expected) {
      long seen = unsigned();
      if (seen != expected) {
        throw new IndexOutOfBoundsException("field " + seen + " where " + expected + " belongs");
      }
    }

    long signed() {
      long value = unsigned();
      return (value & 1) == 0 ? value >>> 1 : -(value >>> 1) - 1;
    }

    long unsigned() {
      int first = in.u8();
      int more = Math.min(8, Integer.numberOfTrailingZeros(~first));
      if (more == 8) {
        return in.i64();
      }
      long low = (long) first >>> (more + 1);
      return more == 0 ? low : low | in.unsigned(more) << (7 - more);
    }
  }
}
