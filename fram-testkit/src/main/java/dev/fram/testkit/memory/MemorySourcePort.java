// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Burden;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.Retention;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.engine.Source;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.StrayFeed;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The source as one process sees it. */
final class MemorySourcePort implements Source {
  private final MemorySource source;
  private final ServerInfo server;
  private final Supplier<Optional<Position>> durable;
  private final MemoryProcess process;

  /**
   * @param durable the position that is durable on the other server
   */
  MemorySourcePort(
      MemorySource source,
      ServerInfo server,
      Supplier<Optional<Position>> durable,
      MemoryProcess process) {
    this.source = source;
    this.server = server;
    this.durable = durable;
    this.process = process;
  }

  @Override
  public ServerInfo server() {
    return server;
  }

  @Override
  public List<Table> tables() {
    connect("source.tables");
    return source.tables();
  }

  @Override
  public List<ObjectFact> objects(int other) {
    connect("source.objects");
    return MemoryObjects.of(source);
  }

  @Override
  public Position prepareFeed(
      List<Table> tables, Optional<Position> recorded, Consumer<String> progress) {
    connect("source.prepareFeed");
    if (recorded.isPresent() && !source.slotReaches(MemoryPosition.of(recorded.get()).lsn())) {
      throw lost();
    }
    if (recorded.isEmpty()) {
      source.dropSlot();
    }
    return process.durable(
        "source.prepareFeed", () -> new MemoryPosition(source.createSlot(process::alive)));
  }

  @Override
  public void dropFeed() {
    connect("source.dropFeed");
    process.durable("source.dropFeed", source::dropSlot);
  }

  @Override
  public ChangeFeed openFeed(Position from) {
    connect("source.openFeed");
    long lsn = MemoryPosition.of(from).lsn();
    if (!source.slotReaches(lsn)) {
      throw lost();
    }
    return new MemoryFeed(source, durable, process, lsn);
  }

  @Override
  public void prepareStrays(List<Table> tables) {
    connect("source.prepareStrays");
    process.durable("source.prepareStrays", () -> source.strays().begin(source.handOver()));
  }

  @Override
  public Optional<StrayFeed> openStrays(List<Table> tables) {
    connect("source.openStrays");
    return source.strays().kept().isPresent()
        ? Optional.of(new MemoryStrayFeed(source, process, source.strays().kept().getAsLong()))
        : Optional.empty();
  }

  @Override
  public void dropStrays() {
    connect("source.dropStrays");
    process.durable("source.dropStrays", source.strays()::end);
  }

  @Override
  public Retention retention() {
    connect("source.retention");
    return new Retention(0, OptionalLong.empty(), Retention.State.FINE, "");
  }

  @Override
  public List<Burden> burdens() {
    connect("source.burdens");
    return source.slotReaches(Long.MAX_VALUE) ? source.log().burdens() : List.of();
  }

  @Override
  public Snapshot snapshot(List<Table> tables) {
    connect("source.snapshot");
    List<TableId> ids = tables.stream().map(Table::id).toList();
    if (!tables.stream().allMatch(t -> ids.containsAll(source.family(t.id())))) {
      source.violate("a family was torn apart: " + ids);
    }
    return new MemorySnapshot(source, process, tables);
  }

  @Override
  public List<Chunk> keyChunks(Table table, long chunkBytes) {
    connect("source.keyChunks");
    // Chunks of different moments may hold a token twice; where its index comes early that is
    // fatal.
    boolean bears = source.style() == MemoryStyle.FUZZY || !Tokens.unique(table.id());
    return bears && table.id().name().startsWith("keyed")
        ? MemorySnapshot.cut(
            table.id(), source.content(table.id()).keySet(), chunkBytes, Chunk.Kind.KEY)
        : List.of();
  }

  @Override
  public Position mark() {
    connect("source.mark");
    return new MemoryPosition(source.mark());
  }

  @Override
  public long lagBytes(Position behind) {
    connect("source.lagBytes");
    return (source.end() - MemoryPosition.of(behind).lsn()) * 100;
  }

  @Override
  public Map<TableId, Fingerprint> fingerprints() {
    connect("source.fingerprints");
    return source.fingerprints();
  }

  @Override
  public WriteGate gate(List<Table> tables, Duration budget) {
    connect("source.gate");
    return new MemoryGate(source, process);
  }

  @Override
  public HandOver handOver() {
    connect("source.handOver");
    return source.handOver();
  }

  @Override
  public Optional<Position> seal(long epoch) {
    if (source.style() == MemoryStyle.EXACT) {
      return Optional.empty();
    }
    connect("source.seal");
    // It takes a while on a real server too: this is when writes slip through.
    LockSupport.parkNanos(2_000_000);
    return Optional.of(process.durable("source.seal", () -> new MemoryPosition(source.seal())));
  }

  @Override
  public SourceMoment moment(List<Table> tables, Reveal shown) {
    connect("source.moment");
    return new MemorySourceMoment(source, process, shown);
  }

  @Override
  public TableDigest digest(TableId table) {
    connect("source.digest");
    return MemoryTargetPort.digestOf(source.content(table));
  }

  @Override
  public void removeTraces() {
    connect("source.removeTraces");
    process.durable(
        "source.removeTraces",
        () -> {
          source.strays().end();
          source.dropSlot();
        });
  }

  private void connect(String point) {
    process.at(point);
    unreachable(source);
  }

  static void unreachable(MemorySource source) {
    if (!source.isReachable()) {
      throw new FramException(
          ErrorCode.SERVER_UNREACHABLE, "source:1/shop does not answer.", "Look at its network.");
    }
  }

  private static FramException lost() {
    return new FramException(
        ErrorCode.LOG_LOST, "source:1/shop: the slot is gone.", "Begin again with a new copy.");
  }
}
