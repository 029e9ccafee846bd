// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One transaction on its way: what it will have done to the book if it commits. Each row is changed
 * at most once in it, so that an effect depends on the committed state only. One writer's thread.
 */
final class Draft {
  private final int seq;
  private final List<Consumer<WriterBook>> effects = new ArrayList<>();
  private final Set<Long> touched = new HashSet<>();

  Draft(int seq) {
    this.seq = seq;
  }

  int seq() {
    return seq;
  }

  void add(Consumer<WriterBook> effect) {
    effects.add(effect);
  }

  /** True the first time a row is named. */
  boolean touch(long id) {
    return touched.add(id);
  }

  int savepoint() {
    return effects.size();
  }

  void rollbackTo(int savepoint) {
    effects.subList(savepoint, effects.size()).clear();
  }

  List<Consumer<WriterBook>> effects() {
    return effects;
  }
}
