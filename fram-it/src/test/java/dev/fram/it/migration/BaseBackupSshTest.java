// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.host.ServerMachine;
import dev.fram.api.status.PhaseName;
import dev.fram.cli.ssh.JumpHost;
import dev.fram.cli.ssh.SshKeys;
import dev.fram.cli.ssh.SshPlan;
import dev.fram.cli.ssh.Tunnels;
import dev.fram.testkit.server.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A base backup to a machine that Fram reaches by SSH alone, through a real sshd on loopback. */
@Timeout(300)
class BaseBackupSshTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path folder;

  /** The connection dies while the backup is fetched; it is made again, and the backup, too. */
  @Test
  void movesThroughAConnectionThatDies() throws Exception {
    try (BasePair pair = BasePair.reachedBySsh();
        SshServer server = SshServer.machine(folder);
        Tunnels tunnels = new Tunnels()) {
      BasePair.on(
          pair.source(),
          "INSERT INTO noted SELECT n, repeat('z', 300) FROM generate_series(1, 200000) n");
      JumpHost host = JumpHost.list(server.uri()).getFirst();
      SshPlan plan = new SshPlan(List.of(), List.of(), Optional.of(host), keys(server));
      ServerMachine machine =
          new ServerMachine(tunnels.machine(host, plan), Optional.empty(), Optional.empty());
      Writers writers = pair.writers();
      try (writers;
          Move move = pair.move(pair.request(machine)).begin()) {
        await()
            .atMost(LIMIT)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> beingFetched(pair.target().dataFolder()) || move.ended());
        server.cut();
        move.awaitPhase(PhaseName.READY);
        Cutovers.thereAndBack(move, writers);
      }
      writers.close();
      writers.assertNothingLost(BasePair.login(pair.source()));
      assertThat(server.log()).doesNotContain(BasePair.password());
      pair.endTarget();
    }
  }

  private static SshKeys keys(SshServer server) throws IOException {
    return new SshKeys(
        List.of(server.key()),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        List.of(server.knownHosts()));
  }

  private static boolean beingFetched(Path data) {
    try (Stream<Path> all = Files.list(data.getParent())) {
      return all.filter(path -> path.getFileName().toString().contains(".fram-"))
          .anyMatch(work -> Files.exists(work.resolve("part/base")));
    } catch (IOException e) {
      return false;
    }
  }
}
