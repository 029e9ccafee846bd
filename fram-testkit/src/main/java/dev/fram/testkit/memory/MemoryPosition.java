// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;

/** A place in the memory source's log. */
record MemoryPosition(long lsn) implements Position {
  static MemoryPosition of(Position position) {
    return (MemoryPosition) position;
  }

  @Override
  public boolean covers(Position other) {
    return lsn >= of(other).lsn;
  }

  @Override
  public String text() {
    return "m" + lsn;
  }

  static MemoryPosition parse(String text) {
    if (!text.startsWith("m")) {
      throw new IllegalArgumentException("not a position: " + text);
    }
    return new MemoryPosition(Long.parseLong(text.substring(1)));
  }
}
