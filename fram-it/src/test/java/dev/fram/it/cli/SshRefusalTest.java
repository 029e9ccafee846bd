// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.testkit.server.SshServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the command line says, and ends with, when a jump host is not as it must be. */
@Timeout(120)
class SshRefusalTest {
  @TempDir private Path folder;
  private SshServer jump;

  @BeforeEach
  void start() throws IOException {
    jump = SshServer.start(Files.createDirectory(folder.resolve("jump")));
  }

  @AfterEach
  void stop() {
    jump.close();
  }

  @Test
  void anUnknownHostKey() throws IOException {
    Path none = folder.resolve("none");
    for (String command : new String[] {"check", "migrate", "status", "cutover", "cancel"}) {
      assertThat(program().with("FRAM_SSH_KNOWN_HOSTS", none.toString()).run(command))
          .as(command)
          .isEqualTo(
              failed(
                  3,
                  "source db.example:1/shop: its jump host %s@127.0.0.1:%d shows the key ssh-ed25519 %s,"
                          .formatted(jump.user(), jump.port(), jump.fingerprint())
                      + " which is not known: "
                      + none
                      + " has none. Ask whoever runs that host for its fingerprint; if it is the same,"
                      + " add the key: ssh-keyscan -p "
                      + jump.port()
                      + " 127.0.0.1 >> "
                      + none
                      + "."));
    }
    assertThat(none).doesNotExist();
  }

  @Test
  void aChangedHostKey() throws IOException {
    Path known = jump.knownHosts();
    jump.kill();
    jump.giveHostKey("ed25519");
    jump.startAgain();
    assertThat(program().run("check"))
        .isEqualTo(
            failed(
                3,
                "source db.example:1/shop: its jump host %s@127.0.0.1:%d shows the key ssh-ed25519 %s,"
                        .formatted(jump.user(), jump.port(), jump.fingerprint())
                    + " but "
                    + known
                    + " has another for it: somebody may stand in between. Ask whoever runs that host"
                    + " whether its key was changed; only then remove the old one: ssh-keygen -R"
                    + " '[127.0.0.1]:"
                    + jump.port()
                    + "' -f "
                    + known
                    + "."));
  }

  @Test
  void aWrongKey() throws IOException {
    jump.knownHosts();
    Path stranger = jump.makeKey("stranger", "ed25519", "");
    assertThat(program().with("FRAM_SSH_IDENTITY", stranger.toString()).run("check"))
        .isEqualTo(
            failed(
                3,
                "source db.example:1/shop: its jump host %s@127.0.0.1:%d lets nobody in: it takes none"
                        .formatted(jump.user(), jump.port())
                    + " of: "
                    + stranger
                    + ". Put the public key into that user's authorized_keys there, or name another with"
                    + " --ssh-identity. To try it: ssh -p "
                    + jump.port()
                    + " "
                    + jump.user()
                    + "@127.0.0.1 true."));
  }

  @Test
  void aHostThatIsNotThere() throws IOException {
    jump.knownHosts();
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    assertThat(program().with("FRAM_SOURCE_SSH", "ssh://ops@127.0.0.1:" + nobody).run("check"))
        .isEqualTo(
            failed(
                4,
                "source db.example:1/shop: its jump host ops@127.0.0.1:"
                    + nobody
                    + " cannot be reached: Connection refused. Check host, port and firewall, and that"
                    + " its SSH server runs. To try it: ssh -p "
                    + nobody
                    + " ops@127.0.0.1 true."));
  }

  @Test
  void aServerThatTheHostDoesNotReach() throws IOException {
    jump.knownHosts();
    Program.Result result =
        program()
            .with("FRAM_TARGET", "postgresql://u:secret@127.0.0.1:1/shop")
            .with("FRAM_TARGET_SSH", jump.uri())
            .run("check");
    assertThat(result.code()).isEqualTo(4);
    assertThat(result.err())
        .contains("target 127.0.0.1:1/shop: connecting failed")
        .contains(jump.user() + "@127.0.0.1:" + jump.port() + " cannot connect to 127.0.0.1:1.")
        .contains("Check host, port and firewall as that host sees them")
        .doesNotContain("secret");
  }

  @Test
  void aPasswordInTheSettingIsRefusedAndNotRepeated() {
    Program.Result result =
        program().with("FRAM_SOURCE_SSH", "ssh://ops:hunter2@127.0.0.1").run("check");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .contains("FRAM_SOURCE_SSH: source-ssh is not understood.")
        .contains("only keys open a tunnel")
        .doesNotContain("hunter2");
  }

  private static Program.Result failed(int code, String line) {
    return new Program.Result(code, "", "fram: " + line + System.lineSeparator());
  }

  private Program program() {
    return new Program(folder)
        .with("FRAM_SOURCE", "postgresql://u@db.example:1/shop")
        .with("FRAM_TARGET", "postgresql://u@db.example:2/shop")
        .with("FRAM_SOURCE_SSH", jump.uri())
        .with("FRAM_SSH_IDENTITY", jump.key().toString())
        .with("FRAM_SSH_KNOWN_HOSTS", folder.resolve("jump/known_hosts").toString());
  }
}
