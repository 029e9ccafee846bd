// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Reach;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelDirectTcpip;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SSH connection to one jump host. It is made when it is first needed and again when it has
 * died: whoever asks for a channel then waits for the connection, or shares its failure. Any
 * thread.
 */
final class SshLink implements AutoCloseable {
  static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration LOG_IN = Duration.ofSeconds(20);

  private static final Logger LOG = LoggerFactory.getLogger(SshLink.class);

  private final String whose;
  private final JumpHost host;
  private final Optional<InetSocketAddress> dial;
  private final Identities identities;
  private final HostKeys hostKeys;
  private final SshClient client;
  private final ReentrantLock connecting = new ReentrantLock();
  private final AtomicReference<Optional<PublicKey>> key = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<FramException>> refusal =
      new AtomicReference<>(Optional.empty());
  private @Nullable ClientSession session;
  private @Nullable Failed failed;

  /** Of an attempt, for those who waited for it. */
  private record Failed(long nanos, FramException why) {}

  /**
   * Connects to nothing yet.
   *
   * @param whose {@code source}: messages begin with it
   * @param dial where a socket is opened in place of the host: an earlier hop's tunnel
   */
  SshLink(
      String whose,
      JumpHost host,
      Optional<InetSocketAddress> dial,
      SshKeys keys,
      Identities identities) {
    this.whose = whose;
    this.host = host;
    this.dial = dial;
    this.identities = identities;
    this.hostKeys = new HostKeys(host, keys.knownHosts());
    this.client = SshSettings.client(keys, identities, hostKeys.kinds());
    client.setServerKeyVerifier((with, address, shown) -> known(shown));
    client.start();
  }

  /** The jump host and the key that it has shown; after a first connection. */
  Reach.Hop hop() {
    String address =
        Optional.ofNullable(session)
            .filter(with -> dial.isEmpty())
            .map(with -> with.getConnectAddress())
            .filter(InetSocketAddress.class::isInstance)
            .map(to -> ((InetSocketAddress) to).getAddress().getHostAddress())
            .orElse("");
    return new Reach.Hop(
        host.host(),
        host.port(),
        host.user(),
        address,
        key.get().map(HostKeys::fingerprint).orElse(""));
  }

  /**
   * Connects and logs in, unless that is so.
   *
   * @throws FramException SERVER_UNREACHABLE, HOST_KEY_REFUSED, AUTHENTICATION_FAILED
   */
  ClientSession connected() {
    long asked = System.nanoTime();
    connecting.lock();
    try {
      ClientSession now = session;
      if (now != null && now.isOpen() && now.isAuthenticated()) {
        return now;
      }
      Failed before = failed;
      if (before != null && before.nanos() - asked > 0) {
        throw before.why(); // somebody tried while this one waited
      }
      ClientSession made = connect();
      session = made;
      failed = null;
      return made;
    } catch (FramException e) {
      failed = new Failed(System.nanoTime(), e);
      throw e;
    } finally {
      connecting.unlock();
    }
  }

  /**
   * A way to a port that the jump host reaches.
   *
   * @throws FramException as {@link #connected}; SERVER_UNREACHABLE when the jump host cannot reach
   *     it
   */
  ChannelDirectTcpip channel(String toHost, int toPort) {
    // One that has died just now is not known to be dead: the next one is.
    return opened(toHost, toPort)
        .or(() -> opened(toHost, toPort))
        .orElseThrow(() ->
            new FramException(
                ErrorCode.SERVER_UNREACHABLE,
                name() + " does not answer any more.",
                "Run the same command again to go on."));
  }

  /** Empty when the connection to the jump host has died of it. */
  private Optional<ChannelDirectTcpip> opened(String toHost, int toPort) {
    ClientSession with = connected();
    try {
      return Optional.of(Passage.open(with, toHost, toPort));
    } catch (IOException e) {
      if (refusal(e) instanceof SshChannelOpenException refused && with.isOpen()) {
        throw refused(refused, toHost, toPort);
      }
      LOG.debug("{}: {}", name(), e.toString());
      // What is half dead would make every later attempt wait as long.
      with.close(true);
      return Optional.empty();
    }
  }

  /** What the jump host itself has said, which the library wraps. */
  private static Throwable refusal(Throwable e) {
    Throwable cause = e.getCause();
    return e instanceof SshChannelOpenException || cause == null ? e : refusal(cause);
  }

  private FramException refused(SshChannelOpenException e, String toHost, int toPort) {
    boolean forbidden = e.getReasonCode() == SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED;
    return new FramException(
        ErrorCode.SERVER_UNREACHABLE,
        name()
            + (forbidden ? " may not pass connections on to " : " cannot connect to ")
            + toHost
            + ":"
            + toPort
            + ".",
        forbidden
            ? "See AllowTcpForwarding and PermitOpen in its sshd_config, and the options of the key"
                + " in authorized_keys."
            : "Check host, port and firewall as that host sees them, and that the server runs.",
        e);
  }

  @Override
  public void close() {
    client.stop();
  }

  private String name() {
    return whose + ": its jump host " + host.display();
  }

  private boolean known(PublicKey shown) {
    Optional<FramException> no = hostKeys.refusal(whose, shown);
    refusal.set(no);
    if (no.isEmpty()) {
      key.set(Optional.of(shown));
    }
    return no.isEmpty();
  }

  private ClientSession connect() {
    refusal.set(Optional.empty());
    key.set(Optional.empty());
    ClientSession made = reach();
    try {
      made.auth().verify(LOG_IN);
      LOG.info("{}: connected, its key is {}", name(), hop().key());
      return made;
    } catch (IOException e) {
      made.close(true);
      throw refusal.get().orElseGet(() -> loginFailed(e));
    }
  }

  private FramException loginFailed(IOException e) {
    boolean answered =
        e instanceof SshException refused
            && (refused.getDisconnectCode()
                    == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE
                || refused.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_PROTOCOL_ERROR);
    if (!answered || key.get().isEmpty()) {
      return unreachable(e);
    }
    String offered =
        identities.offered().isEmpty()
            ? "there is no key to offer"
            : "it takes none of: " + String.join(", ", identities.offered());
    String passedOver =
        identities.passedOver().isEmpty()
            ? ""
            : "; passed over: " + String.join(", ", identities.passedOver());
    return new FramException(
        ErrorCode.AUTHENTICATION_FAILED,
        name() + " lets nobody in: " + offered + passedOver + ".",
        "Put the public key into that user's authorized_keys there, or name another with"
            + " --ssh-identity. To try it: "
            + host.command()
            + " true.",
        e);
  }

  private ClientSession reach() {
    IOException last = new UnknownHostException(host.host());
    for (InetSocketAddress address : addresses()) {
      try {
        return client.connect(host.user(), address).verify(CONNECT).getSession();
      } catch (IOException e) {
        last = e;
      }
    }
    IOException why = last;
    throw refusal.get().orElseGet(() -> unreachable(why));
  }

  private List<InetSocketAddress> addresses() {
    if (dial.isPresent()) {
      return List.of(dial.get());
    }
    try {
      return List.of(InetAddress.getAllByName(host.host())).stream()
          .map(address -> new InetSocketAddress(address, host.port()))
          .toList();
    } catch (UnknownHostException e) {
      throw new FramException(
          ErrorCode.SERVER_UNREACHABLE,
          name() + " cannot be reached: the name has no address.",
          "Check the name, and this machine's name server.",
          e);
    }
  }

  private FramException unreachable(IOException e) {
    return new FramException(
        ErrorCode.SERVER_UNREACHABLE,
        name() + " cannot be reached: " + reason(e) + ".",
        "Check host, port and firewall, and that its SSH server runs. To try it: "
            + host.command()
            + " true.",
        e);
  }

  private static String reason(Throwable e) {
    Throwable last = e;
    for (Throwable each = e; each != null; each = each.getCause()) {
      last = each;
    }
    String text = last.getMessage();
    return text == null || text.isBlank() ? last.getClass().getSimpleName() : text;
  }
}
