// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How far the feed has read, in the notation the source speaks: a set of GTIDs or a place in a
 * file; and which prepared XA transactions wait for their outcome. Owned by the feed's thread.
 */
sealed interface LogPlace {

  static LogPlace at(BinlogPosition from) {
    return switch (from) {
      case BinlogPosition.Gtids gtids -> new OfSets(gtids);
      case BinlogPosition.File file -> new OfFiles(file);
    };
  }

  /** The mark of the transaction that begins with this event. */
  TransactionMark mark(Optional<GtidSet> gtid);

  /** Whether a transaction was already given out before this feed began. */
  boolean old(TransactionMark mark);

  /** The file that comes next, and where in it. */
  void rotated(LogPoint to);

  /** Everything up to this offset of the file is read. */
  void passed(long offset);

  /**
   * A transaction ended, or is prepared.
   *
   * @param gtid MariaDB's id of it
   */
  void ended(TransactionMark mark, Optional<DomainGtids.Gtid> gtid);

  /** A prepared XA transaction waits for its outcome from here on. */
  void prepared(String xid, TransactionMark mark);

  /** It has one. */
  void decided(String xid);

  /** The position to give out; none while what was given out before is read again. */
  Optional<BinlogPosition> position();

  /** Where the log is being read, for people. */
  String text();

  /** With GTIDs. */
  final class OfSets implements LogPlace {
    private final Map<String, GtidSet> open = new LinkedHashMap<>();
    private GtidSet executed;

    /** Prepared before this feed began and not read again yet. */
    private GtidSet expected;

    private OfSets(BinlogPosition.Gtids from) {
      this.executed = from.executed();
      this.expected = from.open();
    }

    @Override
    public TransactionMark mark(Optional<GtidSet> gtid) {
      return new TransactionMark.Gtid(gtid.orElseThrow());
    }

    @Override
    public boolean old(TransactionMark mark) {
      return mark.within(new BinlogPosition.Gtids(executed));
    }

    @Override
    public void rotated(LogPoint to) {}

    @Override
    public void passed(long offset) {}

    @Override
    public void ended(TransactionMark mark, Optional<DomainGtids.Gtid> gtid) {
      executed = executed.union(id(mark));
    }

    @Override
    public void prepared(String xid, TransactionMark mark) {
      open.put(xid, id(mark));
      expected = expected.minus(id(mark));
    }

    @Override
    public void decided(String xid) {
      open.remove(xid);
    }

    @Override
    public Optional<BinlogPosition> position() {
      GtidSet waiting = open.values().stream().reduce(expected, GtidSet::union);
      return Optional.of(new BinlogPosition.Gtids(executed, waiting));
    }

    @Override
    public String text() {
      return new BinlogPosition.Gtids(executed).text();
    }

    private static GtidSet id(TransactionMark mark) {
      return switch (mark) {
        case TransactionMark.Gtid gtid -> gtid.id();
        case TransactionMark.Start start -> GtidSet.EMPTY;
      };
    }
  }

  /** With files. */
  final class OfFiles implements LogPlace {
    private final Map<String, LogPoint> open = new LinkedHashMap<>();
    private final BinlogPosition.File from;
    private LogPoint at;

    /**
     * Where it is asked for. Transactions between the place to restart and the place to begin come
     * twice, and change nothing: the last of each domain is the same.
     */
    private Optional<DomainGtids> known;

    /** Offsets have 32 bits in the log and in the question for it; files may grow beyond. */
    private static final long ROUND = 1L << 32;

    private static final int HEAD = 4;

    private OfFiles(BinlogPosition.File from) {
      this.from = from;
      this.at = from.restart().orElse(from.at());
      this.known = from.gtids();
    }

    @Override
    public TransactionMark mark(Optional<GtidSet> gtid) {
      return new TransactionMark.Start(at, from.server());
    }

    @Override
    public boolean old(TransactionMark mark) {
      return mark.within(from);
    }

    @Override
    public void rotated(LogPoint to) {
      at = to;
    }

    @Override
    public void passed(long offset) {
      long now = at.offset() / ROUND * ROUND + offset;
      if (now < at.offset() - ROUND / 2) {
        now += ROUND;
      }
      if (now > at.offset()) {
        at = new LogPoint(at.file(), now);
      }
    }

    @Override
    public void ended(TransactionMark mark, Optional<DomainGtids.Gtid> gtid) {
      known = known.map(before -> gtid.map(before::then).orElse(before));
    }

    @Override
    public void prepared(String xid, TransactionMark mark) {
      if (mark instanceof TransactionMark.Start start) {
        open.put(xid, start.at());
      }
    }

    @Override
    public void decided(String xid) {
      open.remove(xid);
    }

    @Override
    public Optional<BinlogPosition> position() {
      Optional<LogPoint> restart = open.values().stream().min(LogPoint::compareTo);
      if (restart.isEmpty() && at.offset() >= ROUND) {
        // Nobody can ask for such an offset: the file is read again from its beginning.
        restart = Optional.of(new LogPoint(at.file(), HEAD));
      }
      BinlogPosition here = new BinlogPosition.File(at, from.server(), restart, known);
      return here.covers(from) ? Optional.of(here) : Optional.empty();
    }

    @Override
    public String text() {
      return at.text();
    }
  }
}
