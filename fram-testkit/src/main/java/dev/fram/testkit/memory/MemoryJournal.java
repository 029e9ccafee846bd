// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.JournalEntry;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.SavedInventory;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Fram's state on the memory target. Every write is a point where the process may die. */
final class MemoryJournal implements JournalStore {
  private final MemorySource source;
  private final MemoryTarget target;
  private final MemoryProcess process;

  MemoryJournal(MemorySource source, MemoryTarget target, MemoryProcess process) {
    this.source = source;
    this.target = target;
    this.process = process;
  }

  private void write(String name, Runnable act) {
    process.durable(
        "journal." + name,
        () -> {
          synchronized (target) {
            act.run();
          }
        });
  }

  @Override
  public Optional<MigrationRecord> load() {
    process.at("journal.load");
    return target.state().map(s -> s.record);
  }

  @Override
  public MigrationRecord create(MigrationRecord first) {
    write("create", () -> target.create(first));
    return load().orElseThrow();
  }

  @Override
  public void savePhase(long epoch, String phase, String evidence) {
    write(
        "savePhase",
        () -> {
          MemoryTarget.State s = target.fenced(epoch);
          if (phase.equals("READY")) {
            source.tables().stream()
                .map(Table::id)
                .filter(t -> Tokens.unique(t) && !target.hasBuilt(MemorySchema.tokens(t)))
                .forEach(t -> source.violate("ready without the unique index of " + t));
          }
          MigrationRecord r = s.record;
          s.record = new MigrationRecord(r.id(), r.source(), r.scope(), phase, evidence, epoch);
        });
  }

  @Override
  public long intent(long epoch, String step, String detail) {
    return process.durable(
        "journal.intent",
        () -> {
          synchronized (target) {
            List<JournalEntry> entries = target.fenced(epoch).entries;
            entries.add(
                new JournalEntry(
                    entries.size() + 1L, step, detail, Optional.empty(), Instant.EPOCH));
            return (long) entries.size();
          }
        });
  }

  @Override
  public void outcome(long epoch, long sequence, StepOutcome outcome, String detail) {
    write(
        "outcome",
        () ->
            target
                .fenced(epoch)
                .entries
                .replaceAll(e ->
                    e.sequence() == sequence
                        ? new JournalEntry(sequence, e.step(), detail, Optional.of(outcome), e.at())
                        : e));
  }

  @Override
  public List<JournalEntry> entries() {
    process.at("journal.entries");
    synchronized (target) {
      return List.copyOf(target.required().entries);
    }
  }

  @Override
  public Map<TableId, TableState> tables() {
    process.at("journal.tables");
    synchronized (target) {
      return new TreeMap<>(target.required().tables);
    }
  }

  @Override
  public void saveTable(long epoch, TableState state) {
    write(
        "saveTable",
        () -> {
          MemoryTarget.State s = target.fenced(epoch);
          boolean copied =
              state.stage() == TableState.Stage.COPIED
                  || state.stage() == TableState.Stage.READY_TO_FOLLOW;
          if (copied && s.lastSeen.containsKey(state.table())) {
            assertWindow(s, state);
          }
          s.tables.put(state.table(), state);
        });
  }

  /** What a copy may have seen must lie within its window. */
  private void assertWindow(MemoryTarget.State s, TableState state) {
    boolean fuzzy =
        s.chunkFences.getOrDefault(state.table(), Map.of()).values().stream()
            .anyMatch(f -> f.contains("/m"));
    long end = state.windowEnd().map(p -> MemoryPosition.of(p).lsn()).orElse(-1L);
    if (fuzzy && end < s.lastSeen.getOrDefault(state.table(), 0L)) {
      source.violate("table " + state.table() + " has seen more than its window: " + end);
    }
  }

  @Override
  public void saveVerdict(long epoch, TableId table, RowVerdict verdict) {
    write("saveVerdict", () -> target.fenced(epoch).verdicts.put(table, verdict));
  }

  @Override
  public void forgetVerdicts(long epoch) {
    write("forgetVerdicts", () -> target.fenced(epoch).verdicts.clear());
  }

  @Override
  public Map<TableId, RowVerdict> verdicts() {
    process.at("journal.verdicts");
    synchronized (target) {
      return new TreeMap<>(target.required().verdicts);
    }
  }

  @Override
  public void saveInventory(long epoch, SavedInventory inventory) {
    write("saveInventory", () -> target.fenced(epoch).inventory = Optional.of(inventory));
  }

  @Override
  public Optional<SavedInventory> inventory() {
    process.at("journal.inventory");
    synchronized (target) {
      return target.required().inventory;
    }
  }

  @Override
  public Set<Integer> copiedChunks(TableId table) {
    process.at("journal.copiedChunks");
    synchronized (target) {
      return Set.copyOf(target.required().chunkFences.getOrDefault(table, Map.of()).keySet());
    }
  }

  @Override
  public void saveKeyChunks(long epoch, TableId table, List<Chunk> chunks) {
    write("saveKeyChunks", () -> target.fenced(epoch).cuts.put(table, List.copyOf(chunks)));
  }

  @Override
  public List<Chunk> keyChunks(TableId table) {
    process.at("journal.keyChunks");
    synchronized (target) {
      return target.required().cuts.getOrDefault(table, List.of());
    }
  }

  @Override
  public Optional<Position> feedPosition() {
    process.at("journal.feedPosition");
    synchronized (target) {
      return target.required().position;
    }
  }

  @Override
  public void startFeed(long epoch, Position from) {
    write(
        "startFeed",
        () -> {
          MemoryTarget.State s = target.fenced(epoch);
          if (s.position.isEmpty()) {
            s.position = Optional.of(from);
          }
        });
  }

  /**
   * Nothing that a migration does hangs on it: no point where the process may die, like the status.
   */
  @Override
  public void keep(long epoch, String name, String document) {
    process.alive();
    synchronized (target) {
      target.fenced(epoch);
      target.kept().put(name, document);
    }
  }

  @Override
  public void keepAhead(String name, String document) {
    process.alive();
    synchronized (target) {
      target.kept().put(name, document);
    }
  }

  @Override
  public Optional<String> kept(String name) {
    process.alive();
    synchronized (target) {
      return Optional.ofNullable(target.kept().get(name));
    }
  }

  @Override
  public void publishStatus(long epoch, String status) {
    process.alive();
    synchronized (target) {
      MemoryTarget.State s = target.fenced(epoch);
      s.status = Optional.of(status);
      s.statusNanos = System.nanoTime();
    }
  }

  @Override
  public Optional<PublishedStatus> publishedStatus() {
    process.alive();
    synchronized (target) {
      return target
          .state()
          .flatMap(s ->
              s.status.map(text ->
                  new PublishedStatus(text, (System.nanoTime() - s.statusNanos) / 1_000_000)));
    }
  }

  @Override
  public long submitCommand(String command) {
    process.alive();
    synchronized (target) {
      MemoryTarget.State s = target.required();
      s.lastCommand++;
      s.commands.put(s.lastCommand, command);
      return s.lastCommand;
    }
  }

  @Override
  public List<PendingCommand> pendingCommands() {
    process.alive();
    synchronized (target) {
      MemoryTarget.State s = target.required();
      List<PendingCommand> pending = new ArrayList<>();
      s.commands.forEach((id, text) -> {
        if (!s.answers.containsKey(id)) {
          pending.add(new PendingCommand(id, text));
        }
      });
      return pending;
    }
  }

  @Override
  public void answerCommand(long id, String answer) {
    process.alive();
    synchronized (target) {
      target.required().answers.putIfAbsent(id, answer);
    }
  }

  @Override
  public Optional<String> commandAnswer(long id) {
    process.alive();
    synchronized (target) {
      return target.state().map(s -> s.answers.get(id));
    }
  }
}
