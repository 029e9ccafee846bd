// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

/** Called at every point where a process may die or lose a connection. */
@FunctionalInterface
public interface MemoryFaults {
  MemoryFaults NONE = (process, point) -> {};

  /**
   * May throw a transient {@code FramException}, or call {@link MemoryProcess#crash}.
   *
   * @param point what is done, and whether it is about to be or has just been: {@code
   *     journal.savePhase:before}
   */
  void at(MemoryProcess process, String point);
}
