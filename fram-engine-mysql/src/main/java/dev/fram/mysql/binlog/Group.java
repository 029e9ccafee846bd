// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The transaction that is being read. Owned by the feed's thread. */
final class Group {
  final TransactionMark mark;
  final GroupStart start;

  /** It was given out before this feed began; read again only for its XA rows. */
  final boolean old;

  private boolean begun;
  private boolean announced;
  private Optional<Xa> xa;

  /** An XA transaction's rows, and which tables are described among them. */
  record Xa(String xid, XaBuffer buffer, Map<TableId, TableMap> described) {
    Xa(String xid) {
      this(xid, new XaBuffer(XaBuffer.MEMORY), new HashMap<>());
    }
  }

  Group(TransactionMark mark, GroupStart start, boolean old) {
    this.mark = mark;
    this.start = start;
    this.old = old;
    this.begun = start.form() == GroupStart.Form.BEGUN;
    this.xa = start.prepares().map(Xa::new);
  }

  /** Statements from here on do not end the group. */
  void begin() {
    begun = true;
  }

  boolean begun() {
    return begun;
  }

  /** Whether the reader has not been told of it yet; from now on it has. */
  boolean announce() {
    boolean first = !announced;
    announced = true;
    return first;
  }

  boolean announced() {
    return announced;
  }

  void becomes(Xa transaction) {
    xa = Optional.of(transaction);
    begun = true;
  }

  Optional<Xa> xa() {
    return xa;
  }
}
