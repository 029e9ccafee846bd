// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.HandOver;
import java.util.Optional;
import java.util.OptionalLong;

/** Whether a server takes the writes of applications. Guarded by the server's monitor. */
final class MemoryAccess {
  private final MemoryStyle style;
  private Optional<HandOver.HandedOver> handedOver = Optional.empty();
  private OptionalLong sealedAt = OptionalLong.empty();
  private boolean closed;
  private boolean finishedBack;
  private int closings;

  MemoryAccess(MemoryStyle style) {
    this.style = style;
  }

  boolean refuses() {
    return switch (style) {
      case EXACT -> closed || isHandedOver();
      case FUZZY -> closed || sealedAt.isPresent();
    };
  }

  boolean isHandedOver() {
    return handedOver.isPresent();
  }

  HandOver handOver() {
    return handedOver.map(h -> (HandOver) h).orElseGet(HandOver.OwnerSource::new);
  }

  void handOver(HandOver.HandedOver register) {
    handedOver = Optional.of(register);
    finishedBack = false;
    closings++;
  }

  /** Sealed once; later calls say where that was. */
  long seal(long end) {
    if (sealedAt.isEmpty()) {
      sealedAt = OptionalLong.of(end);
      closings++;
    }
    return sealedAt.getAsLong();
  }

  void close() {
    closed = true;
    closings++;
  }

  /** Everybody may write again; a hand-over by a later run than this is not taken back. */
  void reopen(long epoch) {
    if (handedOver.filter(h -> h.epoch() > epoch).isPresent()) {
      throw MemoryReverse.fenced();
    }
    handedOver = Optional.empty();
    closed = false;
  }

  void finishBack(long epoch) {
    if (handedOver.filter(h -> h.epoch() <= epoch).isEmpty()) {
      throw MemoryReverse.fenced();
    }
    finishedBack = true;
  }

  boolean finishedBack() {
    return finishedBack;
  }

  /** How often it was closed so far. */
  int closings() {
    return closings;
  }
}
