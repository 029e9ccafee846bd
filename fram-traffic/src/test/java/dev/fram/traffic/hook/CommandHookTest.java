// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.model.MigrationId;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficMove.Direction;
import dev.fram.api.traffic.TrafficSwitch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real commands: each end that one can come to is an outcome. */
@Timeout(60)
class CommandHookTest {
  @TempDir Path folder;

  private TrafficSwitch hook(Direction direction, String moment, String command) {
    TrafficMove.Server old = new TrafficMove.Server(new Address("db1", 5432), "shop");
    TrafficMove.Server fresh = new TrafficMove.Server(new Address("::1", 0), "shop2");
    TrafficMove move =
        direction == Direction.FORWARD
            ? new TrafficMove(MigrationId.random(new Random(1)), direction, old, fresh)
            : new TrafficMove(MigrationId.random(new Random(1)), direction, fresh, old);
    return new HookKind()
        .open(
            new SwitchOptions(
                Map.of(moment, List.of(command)),
                Map.of("timeout", Duration.ofSeconds(2)),
                Optional.empty()),
            move);
  }

  private TrafficSwitch hook(String moment, String command) {
    return hook(Direction.FORWARD, moment, command);
  }

  @Test
  void theExitCodeIsTheOutcome() {
    assertThat(hook("switch", "exit 0").redirect()).isInstanceOf(SwitchOutcome.Done.class);
    assertThat(hook("switch", "exit 1").redirect())
        .isEqualTo(
            new SwitchOutcome.NotDone(
                "The command of switch ended with exit code 1.", "", SwitchOutcome.Again.BY_HAND));
    assertThat(hook("switch", "exit 6").redirect()).isInstanceOf(SwitchOutcome.Unknown.class);
    assertThat(hook("switch", "kill -9 $$").redirect()).isInstanceOf(SwitchOutcome.Unknown.class);
    assertThat(hook("switch", "/no/such/program").redirect())
        .isInstanceOf(SwitchOutcome.NotDone.class);
  }

  @Test
  void oneThatHangsIsEndedWithEverythingThatItStarted() throws IOException {
    Path pids = folder.resolve("pids");
    // The second child's parent is gone: it is nobody's descendant any more.
    String command =
        "sleep 300 & echo $! > '%1$s'; (sleep 301 & echo $! >> '%1$s'); wait".formatted(pids);
    long began = System.nanoTime();
    assertThat(hook("switch", command).redirect())
        .isInstanceOfSatisfying(
            SwitchOutcome.Unknown.class,
            u -> assertThat(u.seen()).contains("did not end within 2000 ms and was ended"));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    List<String> started = Files.readAllLines(pids);
    assertThat(started).hasSize(2);
    for (String pid : started) {
      long number = Long.parseLong(pid);
      // What nobody reaps stays as a zombie, which runs no command.
      await().until(() -> ProcessHandle.of(number).flatMap(p -> p.info().command()).isEmpty());
    }
  }

  @Test
  void aCommandIsToldTheFactsAndNoPassword() throws IOException {
    Path out = folder.resolve("out");
    assertThat(hook("switch", "env > '" + out + "'").redirect())
        .isInstanceOf(SwitchOutcome.Done.class);
    assertThat(Files.readAllLines(out))
        .contains(
            "FRAM_STEP=switch-traffic",
            "FRAM_DIRECTION=forward",
            "FRAM_SOURCE_HOST=db1",
            "FRAM_SOURCE_PORT=5432",
            "FRAM_SOURCE_DATABASE=shop",
            "FRAM_TARGET_HOST=::1",
            "FRAM_TARGET_PORT=",
            "FRAM_TO_DATABASE=shop2")
        .noneMatch(line -> line.matches("FRAM_.*_PASSWORD=.*"));
  }

  @Test
  void onTheWayBackOnRollbackStandsForSwitch() throws IOException {
    Path out = folder.resolve("out");
    String command = "env | grep ^FRAM_ > '" + out + "'";
    assertThat(hook(Direction.BACK, "on-rollback", command).redirect())
        .isInstanceOf(SwitchOutcome.Done.class);
    assertThat(Files.readAllLines(out))
        .contains(
            "FRAM_STEP=on-rollback",
            "FRAM_DIRECTION=back",
            "FRAM_SOURCE_HOST=db1",
            "FRAM_FROM_HOST=::1",
            "FRAM_TO_HOST=db1");
    assertThat(hook(Direction.BACK, "switch", "exit 1").redirect())
        .isInstanceOf(SwitchOutcome.Done.class);
  }

  @Test
  void eachMomentRunsItsOwnCommandOnly() throws IOException {
    Path out = folder.resolve("out");
    Files.writeString(out, "");
    String command = "echo $FRAM_STEP >> '" + out + "'";
    for (HookMoment moment : HookMoment.values()) {
      TrafficSwitch hook = hook(moment.word(), command);
      hook.check();
      hook.pause(Duration.ofSeconds(5));
      hook.frozen(Duration.ofSeconds(5));
      hook.redirect();
      hook.resume();
      hook.undo();
    }
    assertThat(Files.readAllLines(out))
        .containsExactly(
            "on-check",
            "before-freeze",
            "after-freeze",
            "switch-traffic",
            "after-switch",
            "on-undo");
  }

  @Test
  void aCheckThatFailsIsAnObstacle() {
    assertThat(hook("on-check", "exit 3").check().obstacles())
        .containsExactly("The command of on-check ended with exit code 3.");
    assertThat(hook("on-check", "true").check().obstacles()).isEmpty();
  }
}
