// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Route;
import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.throttle.Pace;
import dev.fram.testkit.memory.MemoryEngine;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked is done once, and only while somebody waits for it. */
final class OrdersTest {
  @TempDir Path folder;

  private static CommandDesk desk(JournalStore store, Orders orders, Supplier<PhaseName> phase) {
    Pace pace = new Pace(Clock.system(), 1, OptionalLong.empty());
    EventBus bus = new EventBus(new StatusProjector(Clock.system()));
    return new CommandDesk(store, orders, phase, new Intermission(orders, pace, bus));
  }

  /** A run that begins anew after a fault is still paused. */
  @Test
  void aPauseOutlivesAnAttempt() {
    Orders orders = new Orders(Goal.MIGRATE);
    EventBus bus = new EventBus(new StatusProjector(Clock.system()));
    Pace first = new Pace(Clock.system(), 1, OptionalLong.empty());
    new Intermission(orders, first, bus).begin();
    Pace second = new Pace(Clock.system(), 1, OptionalLong.empty());
    Intermission later = new Intermission(orders, second, bus);
    assertThat(first.opens()).isFalse();
    assertThat(second.opens()).isFalse();
    assertThat(bus.projector().picture().paused()).isTrue();
    assertThat(later.end()).isTrue();
    assertThat(second.opens()).isTrue();
    assertThat(bus.projector().picture().paused()).isFalse();
  }

  /** The list was read before the answer was written, and is looked at after it. */
  @Test
  void aCommandIsTakenOnceHoweverOldTheListIs() {
    Orders orders = new Orders(Goal.MIGRATE);
    AtomicReference<PhaseName> phase = new AtomicReference<>(PhaseName.READY);
    try (Route route = route()) {
      JournalStore store = route.target().journal();
      long id = store.submitCommand("cutover");
      List<JournalStore.PendingCommand> old = store.pendingCommands();
      CommandDesk desk = desk(reads(store, old), orders, phase::get);
      Replies replies = new Replies(store, orders);
      desk.poll();
      Orders.Order order = replies.next(Duration.ZERO).orElseThrow();
      assertThat(order.command()).isInstanceOf(Command.Cutover.class);
      replies.one(id, Answer.done("The target serves."));
      phase.set(PhaseName.SERVING);
      desk.poll();
      phase.set(PhaseName.READY);
      desk.poll();
      assertThat(replies.next(Duration.ZERO)).isEmpty();
      assertThat(orders.accept(id)).isFalse();
      assertThat(StatusJson.readAnswer(store.commandAnswer(id).orElseThrow()).exitCode()).isZero();
    }
  }

  /** A cancel has no place in the queue: it waits for the run to end, and is not left behind. */
  @Test
  void onlyWhatWasTakenUpCanBeLeftBehind() {
    Orders orders = new Orders(Goal.MIGRATE);
    try (Route route = route()) {
      JournalStore store = route.target().journal();
      long cutover = store.submitCommand("cutover");
      store.submitCommand("cancel");
      desk(store, orders, () -> PhaseName.READY).poll();
      assertThat(orders.stray()).isEmpty();
      assertThat(new Replies(store, orders).next(Duration.ZERO)).isPresent();
      assertThat(orders.stray()).containsExactly(cutover);
    }
  }

  @Test
  void whatWasWithdrawnWhileItWaitedIsNotCarriedOut() {
    Orders orders = new Orders(Goal.MIGRATE);
    try (Route route = route()) {
      JournalStore store = route.target().journal();
      long withdrawn = store.submitCommand("cutover");
      long wanted = store.submitCommand("cutover");
      desk(store, orders, () -> PhaseName.READY).poll();
      store.answerCommand(withdrawn, "{}");
      Replies replies = new Replies(store, orders);
      assertThat(replies.next(Duration.ZERO)).isEmpty();
      assertThat(orders.unanswered()).containsExactly(wanted);
      assertThat(replies.next(Duration.ZERO).orElseThrow().id()).isEqualTo(wanted);
    }
  }

  private Route route() {
    World world = new World(folder);
    world.toReady(world.settings(MigrationSettings.Mode.MANUAL));
    return new MemoryEngine(world.source, world.target, new MemoryProcess(MemoryFaults.NONE))
        .open(MemoryEngine.request());
  }

  /** A journal whose list of commands is always the same old one. */
  private static JournalStore reads(JournalStore store, List<JournalStore.PendingCommand> old) {
    return (JournalStore)
        Proxy.newProxyInstance(
            OrdersTest.class.getClassLoader(),
            new Class<?>[] {JournalStore.class},
            (proxy, method, arguments) ->
                method.getName().equals("pendingCommands") ? old : method.invoke(store, arguments));
  }
}
