// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.HostAnswer;
import dev.fram.api.host.HostScript;
import dev.fram.api.host.ServerHost;
import dev.fram.cli.host.ScriptEnds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another machine, over SSH: one exec channel for each script (RFC 4254, 6.5). Nothing is opened
 * for it before the first one. Any thread.
 */
final class SshHost implements ServerHost, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SshHost.class);

  private final String name;
  private final Supplier<Line> opener;
  private @Nullable Line line;

  /**
   * The way there.
   *
   * @param link to the machine
   * @param tunnels that it goes by, the nearest first
   */
  record Line(SshLink link, List<Tunnel> tunnels) {}

  /**
   * @param opener asked once, by the first script
   */
  SshHost(JumpHost host, Supplier<Line> opener) {
    this.name = host.display();
    this.opener = opener;
  }

  private synchronized SshLink link() {
    Line open = line;
    if (open == null) {
      open = opener.get();
      line = open;
    }
    return open.link();
  }

  @Override
  public synchronized void close() {
    Line open = line;
    if (open != null) {
      open.link().close();
      open.tunnels().reversed().forEach(Tunnel::close);
      line = null;
    }
  }

  @Override
  public String display() {
    return name;
  }

  @Override
  public HostAnswer run(HostScript script, Consumer<String> lines, Runnable goesOn) {
    try {
      ChannelExec channel = link().connected().createExecChannel(command(script));
      try {
        channel.open().verify(SshLink.CONNECT);
        return follow(channel, script, lines, goesOn);
      } finally {
        // Not at once: the other side would never hear of it.
        channel.close(false);
      }
    } catch (IOException e) {
      throw lost(script, e.toString());
    }
  }

  private HostAnswer follow(
      ChannelExec channel, HostScript script, Consumer<String> lines, Runnable goesOn) {
    ScriptEnds ends =
        new ScriptEnds(channel.getInvertedIn(), channel.getInvertedOut(), channel.getInvertedErr());
    return ends.follow(
        script,
        lines,
        goesOn,
        new ScriptEnds.Life() {
          @Override
          public boolean ended(long millis) {
            return channel
                .waitFor(EnumSet.of(ClientChannelEvent.CLOSED), millis)
                .contains(ClientChannelEvent.CLOSED);
          }

          @Override
          public int exit() {
            Integer status = channel.getExitStatus();
            if (status != null) {
              return status;
            }
            throw lost(script, "the connection has ended");
          }
        });
  }

  private FramException lost(HostScript script, String why) {
    LOG.debug("{}: {}: {}", name, script.doing(), why);
    return new FramException(
        ErrorCode.SERVER_UNREACHABLE,
        name + ": the SSH connection was lost while " + script.doing() + " (" + why + ").",
        "Run the same command again: it looks at what was done, and goes on.");
  }

  /** One word for each argument, for the login's own shell. */
  private static String command(HostScript script) {
    List<String> words = new ArrayList<>(List.of("sh", "-c", script.text(), "fram"));
    words.addAll(script.arguments());
    return "exec env LC_ALL=C "
        + words.stream().map(SshHost::quoted).collect(Collectors.joining(" "));
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
