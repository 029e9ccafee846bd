// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Target;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.Optional;

/** The old server, as one process sees it, where the new one's writes arrive. */
final class MemoryFormerSource implements Target {
  private final MemorySource old;
  private final MemoryTarget served;
  private final MemoryProcess process;

  MemoryFormerSource(MemorySource old, MemoryTarget served, MemoryProcess process) {
    this.old = old;
    this.served = served;
    this.process = process;
  }

  @Override
  public ServerInfo server() {
    return MemoryRoute.SOURCE;
  }

  @Override
  public JournalStore journal() {
    return new MemoryTargetPort(old, served, process).journal();
  }

  @Override
  public Optional<String> leaseHolder() {
    return new MemoryTargetPort(old, served, process).leaseHolder();
  }

  @Override
  public Optional<Lease> lease(String holder) {
    return new MemoryTargetPort(old, served, process).lease(holder);
  }

  @Override
  public void open(long epoch) {
    process.at("former.open");
    MemorySourcePort.unreachable(old);
    process.durable("former.open", () -> reopen(epoch));
  }

  private void reopen(long epoch) {
    if (served.writable()) {
      old.violate("the old server was opened while the new one still took writes");
    }
    if (!old.writable() && !old.contents().equals(served.contents())) {
      old.violate("the old server was opened with other rows than the new one's last ones");
    }
    if (!old.writable() && !old.finishedBack()) {
      old.violate("the old server was opened without the new one's sequences");
    }
    old.reopen(epoch);
  }

  @Override
  public List<ObjectFact> objects(int other) {
    process.at("former.objects");
    return MemoryObjects.of(old);
  }

  @Override
  public TargetMoment moment(Reveal shown) {
    process.at("former.moment");
    return new MemoryTargetMoment(old, process, shown);
  }

  @Override
  public TableDigest digest(TableId table) {
    process.at("former.digest");
    return MemoryTargetPort.digestOf(old.content(table));
  }

  @Override
  public void removeTraces() {
    process.durable("former.removeTraces", old.reverse()::end);
  }
}
