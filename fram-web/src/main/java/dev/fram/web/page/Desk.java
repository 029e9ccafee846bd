// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.error.FramException;
import dev.fram.api.error.FullHeap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries what is asked for to the migration, each in a thread of its own. Thread-safe. */
final class Desk {
  private static final Logger LOG = LoggerFactory.getLogger(Desk.class);

  private final RunningMigration migration;
  private final Board board;
  private final Runnable changed;

  /**
   * @param changed told when an answer has come
   */
  Desk(RunningMigration migration, Board board, Runnable changed) {
    this.migration = migration;
    this.board = board;
    this.changed = changed;
  }

  /** False when the same is being done already. Returns at once. */
  boolean submit(Action action) {
    if (!board.ask(action)) {
      return false;
    }
    LOG.info("the page asks for {}", action.word());
    Thread.ofPlatform().daemon().name("page-" + action.word()).start(() -> carry(action));
    changed.run();
    return true;
  }

  private void carry(Action action) {
    Reply reply;
    try {
      reply = migration.ask(action.command());
    } catch (FramException e) {
      reply = new Reply(e.category().exitCode(), e.getMessage(), List.of());
    } catch (OutOfMemoryError e) {
      FramException full = FullHeap.told(e);
      reply = new Reply(full.category().exitCode(), full.getMessage(), List.of());
    } catch (RuntimeException | Error e) {
      // Whoever asked would wait for ever; the thread has nothing else to do.
      LOG.error("asking for {} failed", action.word(), e);
      reply = new Reply(70, "This is a defect in Fram: " + e.getClass().getName(), List.of());
    }
    board.answered(action, reply);
    changed.run();
  }
}
