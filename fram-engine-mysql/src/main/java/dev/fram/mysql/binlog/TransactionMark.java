// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.nio.charset.StandardCharsets;

/**
 * Which transaction this is, for the fences: the payload of {@code FeedEvent.Begin}. A prepared XA
 * transaction has the mark of its XA COMMIT, because its rows become visible there.
 */
public sealed interface TransactionMark {

  /** Whether everything of this transaction is before {@code fence}. */
  boolean within(BinlogPosition fence);

  /** Known by its GTID; a set of one. */
  record Gtid(GtidSet id) implements TransactionMark {
    @Override
    public boolean within(BinlogPosition fence) {
      return fence instanceof BinlogPosition.Gtids set && set.executed().contains(id);
    }
  }

  /** Known by the place where it begins in its server's log. */
  record Start(LogPoint at, String server) implements TransactionMark {
    /** Fences lie between transactions: what begins before one also ends before it. */
    @Override
    public boolean within(BinlogPosition fence) {
      return fence instanceof BinlogPosition.File file
          && file.server().equals(server)
          && at.compareTo(file.at()) < 0;
    }
  }

  default byte[] payload() {
    String text =
        switch (this) {
          case Gtid gtid -> new BinlogPosition.Gtids(gtid.id).text();
          case Start start -> new BinlogPosition.File(start.at, start.server).text();
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static TransactionMark read(byte[] payload) {
    return switch (BinlogPosition.parse(new String(payload, StandardCharsets.UTF_8))) {
      case BinlogPosition.Gtids gtids -> new Gtid(gtids.executed());
      case BinlogPosition.File file -> new Start(file.at(), file.server());
    };
  }
}
