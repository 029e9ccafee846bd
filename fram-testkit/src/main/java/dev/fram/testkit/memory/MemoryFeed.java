// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.ChangeFeed;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Sends the log from a position on; complains when more is confirmed than is durable. */
final class MemoryFeed implements ChangeFeed {
  private static final byte[] NONE = new byte[0];

  private final MemorySource source;
  private final Supplier<Optional<Position>> durable;
  private final MemoryProcess process;
  private final Deque<FeedEvent> ready = new ArrayDeque<>();
  private long at;
  private long idleAt;

  MemoryFeed(
      MemorySource source, Supplier<Optional<Position>> durable, MemoryProcess process, long from) {
    this.source = source;
    this.durable = durable;
    this.process = process;
    this.at = from;
    this.idleAt = from;
  }

  @Override
  public Optional<FeedEvent> poll(Duration wait) {
    process.at("feed.poll");
    MemorySourcePort.unreachable(source);
    if (ready.isEmpty()) {
      read();
    }
    if (ready.isEmpty()) {
      LockSupport.parkNanos(Math.min(wait.toNanos(), 500_000));
      return Optional.empty();
    }
    FeedEvent event = ready.removeFirst();
    switch (event) {
      case FeedEvent.Commit commit -> source.sent(MemoryPosition.of(commit.end()).lsn());
      case FeedEvent.Idle idle -> source.sent(MemoryPosition.of(idle.reached()).lsn());
      case FeedEvent.Begin e -> {}
      case FeedEvent.Row e -> {}
      case FeedEvent.Truncate e -> {}
      case FeedEvent.SchemaChange e -> {}
      case FeedEvent.Statement e -> {}
    }
    return Optional.of(event);
  }

  @Override
  public void confirm(Position reached) {
    process.at("feed.confirm");
    long lsn = MemoryPosition.of(reached).lsn();
    long known = durable.get().map(p -> MemoryPosition.of(p).lsn()).orElse(0L);
    if (lsn > known) {
      source.violate("confirmed m" + lsn + ", but only m" + known + " is durable on the target");
    }
    source.confirm(lsn);
  }

  @Override
  public void close() {}

  private void read() {
    Optional<MemoryLog.Entry> next = source.log().after(at);
    while (next.isPresent() && ready.isEmpty()) {
      MemoryLog.Entry entry = next.get();
      at = entry.lsn();
      List<MemoryOp> ops = entry.ops().stream().filter(op -> source.followed(op.table())).toList();
      if (!ops.isEmpty()) {
        send(entry, ops);
      }
      next = source.log().after(at);
    }
    if (ready.isEmpty() && at > idleAt) {
      idleAt = at;
      ready.add(new FeedEvent.Idle(new MemoryPosition(at)));
    }
  }

  private void send(MemoryLog.Entry entry, List<MemoryOp> ops) {
    String which = entry.xid() + "@" + entry.lsn();
    ready.add(new FeedEvent.Begin(entry.millis(), which.getBytes(StandardCharsets.UTF_8)));
    for (MemoryOp op : ops) {
      ready.add(
          switch (op.kind()) {
            case INSERT, UPDATE, DELETE -> new FeedEvent.Row(op.encode());
            case TRUNCATE -> new FeedEvent.Truncate(op.encode());
            case STATEMENT -> new FeedEvent.Statement(op.encode());
          });
    }
    ready.add(new FeedEvent.Commit(new MemoryPosition(entry.lsn()), NONE));
  }
}
