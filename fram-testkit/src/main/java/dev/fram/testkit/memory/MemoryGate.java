// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.time.Duration;
import java.util.List;

/** Held by this object as by a session: when the process dies the server lets go. */
final class MemoryGate implements WriteGate {
  private final MemorySource source;
  private final MemoryProcess process;

  MemoryGate(MemorySource source, MemoryProcess process) {
    this.source = source;
    this.process = process;
    process.onCrash(() -> source.releaseGate(this));
  }

  @Override
  public List<String> blockers() {
    return List.of();
  }

  @Override
  public Attempt close(Duration lockTimeout) {
    process.at("gate.close:before");
    MemorySourcePort.unreachable(source);
    boolean closed = source.closeGate(this, lockTimeout.toMillis());
    process.at("gate.close:after");
    return closed ? new Attempt.Closed() : new Attempt.Busy(List.of("a transaction"));
  }

  @Override
  public Position frozenAt() {
    process.at("gate.frozenAt");
    MemorySourcePort.unreachable(source);
    if (!source.holdsGate(this)) {
      source.violate("the position was read while the gate was open");
    }
    return new MemoryPosition(source.mark());
  }

  @Override
  public StepOutcome handOver(long epoch, Position frozenAt) {
    try {
      return process.durable("gate.handOver", () -> commit(epoch, frozenAt));
    } catch (FramException e) {
      if (e.code() == ErrorCode.CONNECTION_LOST) {
        return StepOutcome.UNKNOWN;
      }
      throw e;
    }
  }

  private StepOutcome commit(long epoch, Position frozenAt) {
    long written = source.log().endOfRows();
    if (source.holdsGate(this) && written > MemoryPosition.of(frozenAt).lsn()) {
      source.violate("rows were written after the position " + frozenAt.text());
    }
    return source.commitHandOver(this, new HandOver.HandedOver(frozenAt, epoch))
        ? StepOutcome.DONE
        : StepOutcome.NOT_DONE;
  }

  @Override
  public void release() {
    source.releaseGate(this);
  }

  @Override
  public void close() {
    release();
  }
}
