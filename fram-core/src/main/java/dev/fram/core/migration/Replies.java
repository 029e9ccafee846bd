// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.JournalStore;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.StatusJson;
import java.time.Duration;
import java.util.Optional;

/** What is asked of the run, and the answers. Thread-safe. */
final class Replies {
  private final JournalStore store;
  private final Orders orders;

  Replies(JournalStore store, Orders orders) {
    this.store = store;
    this.orders = orders;
  }

  /**
   * The next order, as soon as there is one. Who has given up waiting for it has taken it back (see
   * {@link MigrationClient}): it must not be carried out behind his back.
   */
  Optional<Orders.Order> next(Duration wait) {
    Optional<Orders.Order> order = orders.await(wait);
    Optional<Orders.Order> wanted = order.filter(o -> store.commandAnswer(o.id()).isEmpty());
    if (wanted.isEmpty()) {
      order.ifPresent(o -> orders.answered(o.id()));
    }
    return wanted;
  }

  void one(long id, Answer answer) {
    store.answerCommand(id, StatusJson.write(answer));
    orders.answered(id);
  }

  /** To what was taken up and got no answer yet; what waits in the queue waits on. */
  void taken(Answer answer) {
    orders.stray().forEach(id -> one(id, answer));
  }

  /** To everything that was asked for and got no answer yet. */
  void all(Answer answer) {
    orders.unanswered().forEach(id -> one(id, answer));
  }
}
