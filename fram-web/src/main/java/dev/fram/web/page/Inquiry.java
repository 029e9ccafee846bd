// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.error.FramException;
import dev.fram.api.error.FullHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the servers have to be asked for. One thread asks at a time, and what it brings is good for
 * a while for all who want it: browsers, however many, cost the servers no more than one.
 * Thread-safe; never blocks.
 */
final class Inquiry {
  private static final Logger LOG = LoggerFactory.getLogger(Inquiry.class);
  private static final long GOOD_MILLIS = 10_000;

  private final String path;
  private final Supplier<Map<String, Body>> question;
  private final LongSupplier clock;
  private final List<Consumer<Map<String, Body>>> waiting = new ArrayList<>();
  private Optional<Map<String, Body>> known = Optional.empty();
  private long knownAt;

  /**
   * @param path of what is refused when the servers do not answer; names the thread, too
   * @param question brings what there is to send, by path
   * @param clock milliseconds since 1970
   */
  Inquiry(String path, Supplier<Map<String, Body>> question, LongSupplier clock) {
    this.path = path;
    this.question = question;
    this.clock = clock;
  }

  /** Gives what is known to the taker, at once or from a thread of its own. */
  void ask(Consumer<Map<String, Body>> taker) {
    Optional<Map<String, Body>> good;
    synchronized (this) {
      good = known.filter(answer -> clock.getAsLong() - knownAt < GOOD_MILLIS);
      if (good.isEmpty()) {
        waiting.add(taker);
        if (waiting.size() == 1) {
          Thread.ofPlatform().daemon().name("page" + path.replace('/', '-')).start(this::carry);
        }
      }
    }
    good.ifPresent(taker);
  }

  private void carry() {
    Map<String, Body> answer = answer();
    List<Consumer<Map<String, Body>>> takers;
    synchronized (this) {
      known = Optional.of(answer);
      knownAt = clock.getAsLong();
      takers = List.copyOf(waiting);
      waiting.clear();
    }
    takers.forEach(taker -> taker.accept(answer));
  }

  private Map<String, Body> answer() {
    try {
      return question.get();
    } catch (FramException e) {
      return Map.of(path, Body.refused(503, e.getMessage()));
    } catch (OutOfMemoryError e) {
      return Map.of(path, Body.refused(503, FullHeap.told(e).getMessage()));
    } catch (RuntimeException | Error e) {
      // Whoever asked would wait for ever; the thread has nothing else to do.
      LOG.error("{} failed", path, e);
      return Map.of(path, Body.refused(500, "This is a defect in Fram: " + e.getClass().getName()));
    }
  }
}
