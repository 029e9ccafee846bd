// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.change.FeedEvent;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * What the feed has ready, in order. A buffered XA transaction is handed on piece by piece, so that
 * it need not fit into memory. Owned by the feed's thread.
 */
final class EventQueue {
  private final Deque<Iterator<FeedEvent>> parts = new ArrayDeque<>();

  void add(FeedEvent event) {
    parts.add(Collections.singleton(event).iterator());
  }

  void addAll(Iterator<FeedEvent> events) {
    parts.add(events);
  }

  Optional<FeedEvent> next() {
    while (!parts.isEmpty()) {
      if (parts.getFirst().hasNext()) {
        return Optional.of(parts.getFirst().next());
      }
      parts.removeFirst();
    }
    return Optional.empty();
  }
}
