// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The target as one process sees it. */
final class MemoryTargetPort implements Target {
  private final MemorySource source;
  private final MemoryTarget target;
  private final MemoryProcess process;

  MemoryTargetPort(MemorySource source, MemoryTarget target, MemoryProcess process) {
    this.source = source;
    this.target = target;
    this.process = process;
  }

  @Override
  public ServerInfo server() {
    return MemoryRoute.TARGET;
  }

  @Override
  public JournalStore journal() {
    return new MemoryJournal(source, target, process);
  }

  @Override
  public Optional<String> leaseHolder() {
    process.alive();
    return target.leased() ? Optional.of("memory") : Optional.empty();
  }

  @Override
  public Optional<Lease> lease(String holder) {
    process.at("target.lease");
    Object session = new Object();
    process.onCrash(() -> target.endLease(session));
    return target.lease(session).map(epoch -> new MemoryLease(session, epoch));
  }

  @Override
  public void open(long epoch) {
    process.durable(
        "target.open",
        () -> {
          target.fenced(epoch);
          if (source.writable()) {
            source.violate("the target was opened while the source still took writes");
          }
          if (!target.writable() && !sameRows()) {
            source.violate("the target was opened with other rows than the source's last ones");
          }
          if (!target.writable() && !target.hasBuilt(MemorySchema.TRIGGERS)) {
            source.violate("the target was opened without its triggers");
          }
          target.open(epoch);
        });
  }

  private boolean sameRows() {
    return source.contents().equals(target.contents());
  }

  @Override
  public List<ObjectFact> objects(int other) {
    process.at("target.objects");
    return MemoryObjects.of(target);
  }

  @Override
  public TargetMoment moment(Reveal shown) {
    process.at("target.moment");
    return new MemoryTargetMoment(target, process, shown);
  }

  @Override
  public TableDigest digest(TableId table) {
    process.at("target.digest");
    return digestOf(target.contents().getOrDefault(table, Map.of()));
  }

  @Override
  public void removeTraces() {
    process.durable("target.removeTraces", target::removeTraces);
  }

  static TableDigest digestOf(Map<Long, String> rows) {
    long sum = rows.entrySet().stream().mapToLong(e -> e.toString().hashCode()).sum();
    return new TableDigest(rows.size(), 0, sum);
  }

  /** Held by a session that ends with the process. */
  private final class MemoryLease implements Lease {
    private final Object session;
    private final long epoch;

    MemoryLease(Object session, long epoch) {
      this.session = session;
      this.epoch = epoch;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public void verify() {
      process.at("lease.verify");
      if (!target.leasedBy(session)) {
        // Another thread of this process may have died since: then it is that.
        process.alive();
        throw new FramException(ErrorCode.FENCED, "target: the lease is gone.", "");
      }
    }

    @Override
    public void close() {
      target.endLease(session);
    }
  }
}
