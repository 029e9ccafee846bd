// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.StrayFeed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Reads the log of a server that has handed over; what came by the reverse feed is left out. */
final class MemoryStrayFeed implements StrayFeed {
  private final MemorySource source;
  private final MemoryProcess process;
  private final Deque<MemoryOp> ready = new ArrayDeque<>();
  private long at;

  MemoryStrayFeed(MemorySource source, MemoryProcess process, long from) {
    this.source = source;
    this.process = process;
    this.at = from;
  }

  @Override
  public Optional<Stray> poll(Duration wait) {
    process.at("strays.poll");
    MemorySourcePort.unreachable(source);
    synchronized (source) {
      read();
    }
    if (ready.isEmpty()) {
      LockSupport.parkNanos(Math.min(wait.toNanos(), 500_000));
      return Optional.empty();
    }
    MemoryOp op = ready.removeFirst();
    String line = "{\"act\":\"" + op.kind() + "\",\"key\":" + op.key() + "}";
    return Optional.of(new Stray(op.table(), line.getBytes(StandardCharsets.UTF_8)));
  }

  private void read() {
    Optional<MemoryLog.Entry> next = source.log().after(at);
    while (ready.isEmpty() && next.isPresent()) {
      at = next.get().lsn();
      if (!source.strays().brought(next.get().xid())) {
        ready.addAll(next.get().ops());
      }
      next = source.log().after(at);
    }
  }

  @Override
  public void kept() {
    process.at("strays.kept");
    if (ready.isEmpty()) {
      source.strays().keptUpTo(at);
    }
  }

  @Override
  public void close() {}
}
