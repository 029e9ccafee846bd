// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Span;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.api.status.Command;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares everything once, and what was written since again and again, while writes go on. Its
 * worker threads run {@link #work}; everything else is thread-safe. Who cuts over makes it rest
 * first: it sets the pace of the apply thread while it takes a twin, and its sessions would stand
 * in the way of what is done to the target's tables.
 */
public final class Verification {
  private static final Logger LOG = LoggerFactory.getLogger(Verification.class);
  static final String HELD_BY = "verify";

  /** How often what was written meanwhile is compared before the gate closes. */
  private static final int PASSES = 4;

  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration MISSED = Duration.ofSeconds(1);

  /** How long the target may take to pass what the source's read may have seen. */
  private static final Duration ARMED = Duration.ofMinutes(1);

  private final RunParts parts;
  private final Pipeline pipeline;
  private final MigrationSettings.Verify settings;
  private final Ledger ledger;
  private final Agenda agenda;
  private final Twins twins;
  private final Repair repair;
  private final Verdicts verdicts;
  private final LastProof lastProof;
  private final ProofRate rate = new ProofRate();
  private final ReentrantLock pacing = new ReentrantLock();
  private final ReentrantLock publishing = new ReentrantLock();
  private final Set<Twin> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicReference<Optional<StopSignal>> going =
      new AtomicReference<>(Optional.empty());

  public Verification(RunParts parts, Pipeline pipeline, Ledger ledger, List<Table> tables) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.ledger = ledger;
    this.settings = parts.settings().verify();
    this.agenda = new Agenda(parts.route().source(), ledger, settings, tables);
    this.twins = new Twins(parts, pipeline);
    this.repair = new Repair(parts, pipeline, ledger, pacing, agenda::toRepair);
    this.verdicts = new Verdicts(parts.journal());
    this.lastProof = new LastProof(parts, ledger, agenda);
  }

  public boolean on() {
    return settings.mode() == MigrationSettings.VerifyMode.CONTINUOUS;
  }

  /** Begins: from now on the workers have something to do. */
  public void begin(StopSignal signal) {
    verdicts.forget();
    agenda.everything(parts.clock().nanos());
    resume(signal);
    publish();
  }

  /**
   * Begins the comparison anew; what is being compared now is not disturbed.
   *
   * @return false when that has to wait until others are compared: ask again later
   */
  public boolean again(Command.Verify command) {
    long now = parts.clock().nanos();
    Predicate<TableId> wanted = wanted(command);
    if (!command.tables().isEmpty() && !agenda.only(wanted, now)) {
      return false;
    }
    if (command.tables().isEmpty()) {
      agenda.everything(now);
    }
    switch (command.differences()) {
      case REPAIR -> agenda.mend(wanted);
      case REPORT -> {}
    }
    return true;
  }

  private static Predicate<TableId> wanted(Command.Verify command) {
    return new Scope(command.tables(), List.of())::covers;
  }

  /** Whether there is any table that is asked for. */
  public boolean knows(Command.Verify command) {
    return !agenda.matching(wanted(command)).isEmpty();
  }

  /** Whether every table has been compared once. */
  public boolean complete() {
    return !on() || agenda.complete();
  }

  /** Whether the comparison that was begun last has come to its end. */
  public boolean settled() {
    return !on() || agenda.settled();
  }

  /** What it has found, for people. */
  public Answer answer(Command.Verify command) {
    // Whoever is told that all is equal must not find the cutover held back for what was before.
    publish();
    List<TableProof> proofs = agenda.matching(wanted(command));
    List<TableProof> wrong = proofs.stream().filter(p -> p.differing() > 0).toList();
    List<String> repaired =
        switch (command.differences()) {
          case REPORT -> List.of();
          case REPAIR ->
              proofs.stream()
                  .flatMap(p -> p.repaired().stream())
                  .map(d -> "repaired: " + d.sentence())
                  .distinct()
                  .toList();
        };
    if (wrong.isEmpty()) {
      long rows = proofs.stream().mapToLong(TableProof::rows).sum();
      String also =
          repaired.isEmpty() ? "" : " " + repaired.size() + " were repaired and compared again.";
      return Answer.done(
          "Equal: "
              + rows
              + " rows in "
              + proofs.size()
              + " tables, each at one moment of the source."
              + also,
          repaired);
    }
    List<String> lines = new ArrayList<>(repaired);
    wrong.stream()
        .flatMap(p -> p.differences().stream())
        .map(Difference::sentence)
        .forEach(lines::add);
    return Answer.refused(ErrorCode.PROOF_FAILED, TableProof.wrong(wrong) + ".", lines);
  }

  /** Waits until every table has been compared once. */
  public void awaitVerdicts(StopSignal signal) {
    while (!complete()) {
      signal.pause(LOOK);
    }
  }

  /** One worker. */
  public void work(StopSignal signal) {
    Retries retries = parts.retries();
    while (!signal.raised()) {
      Optional<StopSignal> now = going.get();
      try {
        signal.pause(now.map(this::next).orElse(LOOK));
        retries.progress();
      } catch (Stopped e) {
        signal.check();
      } catch (FramException e) {
        // Its sessions may have been closed to make room for the cutover.
        if (now.filter(StopSignal::raised).isEmpty()) {
          LOG.info("a comparison begins again after: {}", e.getMessage());
          signal.pause(e.category() == ErrorCategory.HELD ? MISSED : retries.after(e));
        }
      }
    }
  }

  /** Compares what comes next, if anything does; returns how long to rest. */
  private Duration next(StopSignal signal) {
    long began = parts.clock().nanos();
    List<CompareUnit> units = agenda.next(began);
    if (units.isEmpty()) {
      return LOOK;
    }
    boolean compared = compare(units.getFirst(), signal);
    return compared ? pause(parts.clock().nanos() - began) : MISSED;
  }

  /** What is left of the time at the pace that was asked for. */
  private Duration pause(long tookNanos) {
    return Duration.ofNanos(tookNanos * (100 - settings.share()) / settings.share());
  }

  /** Returns false when it could not be begun, or the target does not move on; try again. */
  private boolean compare(CompareUnit unit, StopSignal signal) {
    active.incrementAndGet();
    Map<TableId, KeySet> before = new TreeMap<>();
    boolean done = false;
    try {
      Optional<Twin> twin = take(unit, before, signal);
      done = twin.isPresent() && compare(unit, before, twin.get(), signal);
      return done;
    } finally {
      if (!done) {
        // What it was to prove is open again.
        if (unit instanceof CompareUnit.Touched || unit instanceof CompareUnit.Mend) {
          before.forEach(ledger::restore);
        }
        agenda.failed(unit);
      }
      active.decrementAndGet();
      publish();
    }
  }

  private boolean compare(
      CompareUnit unit, Map<TableId, KeySet> before, Twin twin, StopSignal signal) {
    open.add(twin);
    try (twin) {
      signal.check();
      // Whatever the source's read may have seen is in the ledger then, if it is not on the target.
      if (!pipeline.progress().awaitDurable(twin.armedAt(), ARMED, signal)) {
        return false;
      }
      if (unit instanceof CompareUnit.Mend mend) {
        return mend(mend, before, twin, signal);
      }
      long began = parts.clock().nanos();
      Map<TableId, SpanResult> results = results(unit, before, twin);
      rate.took(unit, results.values(), parts.clock().nanos() - began);
      agenda.done(unit, results, parts.clock().nanos());
      unit.tables().forEach(table -> verdicts.tell(agenda.proof(table)));
      results.values().stream()
          .flatMap(result -> result.differences().stream())
          .forEach(d -> LOG.warn("not the same on source and target: {}", d.sentence()));
      return true;
    } finally {
      open.remove(twin);
    }
  }

  /** Returns false when nothing came of it. */
  private boolean mend(
      CompareUnit.Mend unit, Map<TableId, KeySet> before, Twin twin, StopSignal signal) {
    TableId table = unit.table().id();
    Mended found = Mended.NOTHING;
    try {
      KeySet window = ledger.window(table).orElseThrow();
      found = repair.mend(unit, twin, window, signal);
    } finally {
      // Nothing but the named rows was looked at: all else that was to be proven still is.
      before.forEach(ledger::restore);
      before.clear();
    }
    agenda.done(unit, found);
    return !found.nothing();
  }

  private Optional<Twin> take(CompareUnit unit, Map<TableId, KeySet> before, StopSignal signal) {
    pacing.lock();
    try {
      signal.check();
      if (!agenda.counts(unit)) {
        // The comparison began anew meanwhile: the ledger is another's now.
        return Optional.empty();
      }
      return twins.take(unit.tables(), () -> openLedger(unit, before), signal);
    } finally {
      pacing.unlock();
    }
  }

  private void openLedger(CompareUnit unit, Map<TableId, KeySet> before) {
    for (Table table : unit.tables()) {
      boolean always = unit instanceof CompareUnit.Touched || unit instanceof CompareUnit.Mend;
      if (always || agenda.opens(table)) {
        ledger.open(table.id()).ifPresent(keys -> before.put(table.id(), keys));
      }
    }
  }

  private Map<TableId, SpanResult> results(
      CompareUnit unit, Map<TableId, KeySet> before, Twin twin) {
    SpanComparison comparison =
        new SpanComparison(twin.onSource(), twin.onTarget(), ledger::inQuestion);
    Map<TableId, SpanResult> results = new TreeMap<>();
    for (Table table : unit.tables()) {
      long rows = agenda.proof(table).rows();
      switch (unit) {
        case CompareUnit.Whole whole ->
            results.put(table.id(), comparison.compare(Span.of(table.id()), rows));
        case CompareUnit.Range range ->
            results.put(
                table.id(),
                comparison.compare(new Span(table.id(), Optional.of(range.chunk())), rows));
        case CompareUnit.Touched touched ->
            touched(table, before, comparison).ifPresent(r -> results.put(table.id(), r));
        case CompareUnit.Mend mend -> throw new IllegalStateException("repaired on its own");
      }
    }
    return results;
  }

  private Optional<SpanResult> touched(
      Table table, Map<TableId, KeySet> before, SpanComparison comparison) {
    KeySet keys = before.get(table.id());
    if (keys == null) {
      return Optional.empty();
    }
    if (keys.all()) {
      // Became so between the plan and the twin: it is compared whole another time.
      ledger.touchedAll(table.id());
      return Optional.empty();
    }
    TableProof proof = agenda.proof(table);
    return Optional.of(
        proof.fewer(keys.size())
            ? comparison.compare(table.id(), keys.copy())
            : comparison.compare(Span.of(table.id()), proof.rows()));
  }

  // ---- for the cutover -------------------------------------------------------------------------

  /** Returns when no worker is at work, and none begins before {@link #resume}. */
  public void rest(StopSignal signal) {
    going.getAndSet(Optional.empty()).ifPresent(StopSignal::raise);
    while (active.get() > 0) {
      open.forEach(Twin::close);
      signal.pause(Duration.ofMillis(5));
    }
  }

  public void resume(StopSignal signal) {
    if (on()) {
      going.set(Optional.of(signal.child()));
    }
  }

  /**
   * Compares, in the caller's thread, what was written since; and what was written while it did so,
   * for as long as that becomes less and less.
   */
  public void catchUp(StopSignal signal) {
    long before = Long.MAX_VALUE;
    for (int pass = 0; pass < PASSES; pass++) {
      List<Table> touched = agenda.touched();
      long keys = ledger.size(touched.stream().map(Table::id).toList());
      if (keys == 0 || keys > before / 2) {
        return;
      }
      compareTouched(touched, signal);
      before = keys;
    }
  }

  private void compareTouched(List<Table> touched, StopSignal signal) {
    if (!compare(agenda.begun(new CompareUnit.Touched(touched)), signal)) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Not ready for the cutover: changes are not applied now, so that what was written since"
              + " the comparison cannot be compared.",
          "Nothing was touched; look at fram status, and cut over when the lag is small.");
    }
  }

  /** Why a cutover is not to be begun now. */
  public List<String> obstacles() {
    if (!on() || settings.differences() == MigrationSettings.Differences.ACCEPT) {
      return List.of();
    }
    List<TableProof> wrong = differing();
    return wrong.isEmpty() ? List.of() : List.of(TableProof.wrong(wrong));
  }

  /** How long the last proof would take now, in milliseconds. */
  public long lastProofMillis() {
    return on() ? rate.millis(rowsToCompare()) : 0;
  }

  /** Opens beforehand what the last proof reads with. */
  public void prepareLast() {
    if (on()) {
      lastProof.prepare(unproven());
    }
  }

  /** Closes what was opened beforehand, when there is no last proof. */
  public void forgetLast() {
    lastProof.close();
  }

  private List<TableProof> unproven() {
    return agenda.all().stream()
        .filter(p -> p.verdict() != TableProof.Verdict.DIFFERENT)
        .filter(p -> !agenda.byKeys(p) || ledger.size(List.of(p.table().id())) > 0)
        .toList();
  }

  /**
   * Compares what is not proven, while nothing is written on either side.
   *
   * @throws FramException PROOF_FAILED when a row differs
   */
  public void proveLast(StopSignal signal) {
    if (!on()) {
      return;
    }
    List<TableProof> left = unproven();
    if (!left.isEmpty()) {
      lastProof.run(left, signal);
      left.forEach(verdicts::tell);
      publish();
    }
    lastProof.close();
    if (!obstacles().isEmpty()) {
      throw new FramException(
          ErrorCode.PROOF_FAILED,
          TableProof.wrong(differing()),
          "Look at fram verify; nothing was switched.");
    }
  }

  private List<TableProof> differing() {
    return agenda.all().stream().filter(p -> p.differing() > 0).toList();
  }

  private Set<TableId> byKeys() {
    Set<TableId> tables = new java.util.TreeSet<>();
    agenda.all().stream().filter(agenda::byKeys).forEach(p -> tables.add(p.table().id()));
    return tables;
  }

  private long rowsToCompare() {
    return agenda.all().stream()
        .mapToLong(p ->
            agenda.byKeys(p)
                ? p.cost(ledger.size(List.of(p.table().id())))
                : Math.max(1, Math.max(p.rows(), p.table().rows())))
        .sum();
  }

  /** One at a time: what was found earlier must not be told later. */
  private void publish() {
    publishing.lock();
    try {
      publishNow();
    } finally {
      publishing.unlock();
    }
  }

  private void publishNow() {
    List<TableProof> all = agenda.all();
    long proven = all.stream().filter(p -> p.verdict() == TableProof.Verdict.EQUAL).count();
    Status.Verify picture =
        new Status.Verify(
            on() ? "continuous" : "off",
            all.size(),
            (int) proven,
            differing().size(),
            all.stream().filter(p -> !p.busy()).mapToLong(TableProof::rows).sum(),
            all.stream().mapToLong(TableProof::differing).sum(),
            ledger.size(byKeys()),
            rate.rowsPerSecond(),
            lastProofMillis());
    parts.bus().publish(new RunEvent.Proven(picture));
    List<String> bad = obstacles();
    parts
        .bus()
        .publish(
            bad.isEmpty()
                ? new RunEvent.HeldEnded(HELD_BY)
                : new RunEvent.Held(
                    HELD_BY, bad.getFirst() + "; fram verify names them, fram cutover is refused"));
  }
}
