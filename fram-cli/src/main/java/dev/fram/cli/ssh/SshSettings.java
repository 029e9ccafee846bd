// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.RejectAllServerKeyVerifier;
import org.apache.sshd.common.BaseBuilder;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.core.CoreModuleProperties;

/** How the library is set: what it would do by itself is meant for people who sit before it. */
final class SshSettings {
  /** With three questions unanswered the connection is given up: within a minute. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

  private static final int UNANSWERED = 3;

  /** Enough for 100 ms of round trip at 10 MB/s and channel; twenty of them fit into the heap. */
  private static final long WINDOW = 1L << 20;

  /** No host certificates (there is no authority here), no signatures by SHA-1. */
  private static final List<BuiltinSignatures> SIGNATURES =
      List.of(
          BuiltinSignatures.ed25519,
          BuiltinSignatures.nistp256,
          BuiltinSignatures.nistp384,
          BuiltinSignatures.nistp521,
          BuiltinSignatures.rsaSHA512,
          BuiltinSignatures.rsaSHA256);

  private SshSettings() {}

  /**
   * A client that is not started and trusts nobody.
   *
   * @param kinds of keys that the host is known by
   */
  static SshClient client(SshKeys keys, Identities identities, List<String> kinds) {
    JdkEd25519.register();
    SshClient client = ClientBuilder.builder().build();
    client.setServerKeyVerifier(RejectAllServerKeyVerifier.INSTANCE);
    // The user's ~/.ssh/config is for people; a setting that is not seen here must not work.
    client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    client.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
    client.setKeyIdentityProvider(KeyIdentityProvider.wrapKeyPairs(identities.keys()));
    keys.agent().ifPresent(socket -> client.setAgentFactory(new Agent.Factory(socket)));
    client.setSignatureFactories(signatures(kinds));
    client.setCipherFactories(
        BaseBuilder.setUpDefaultCiphers(false).stream()
            // The processor helps with AES; the other one runs in Java.
            .sorted((a, b) -> Boolean.compare(slow(a), slow(b)))
            .toList());
    CoreModuleProperties.HEARTBEAT_INTERVAL.set(client, KEEP_ALIVE);
    CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(client, UNANSWERED);
    // A database's session may say nothing for hours, and may not take anything for as long.
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    CoreModuleProperties.NIO2_READ_TIMEOUT.set(client, Duration.ZERO);
    CoreModuleProperties.WAIT_FOR_SPACE_TIMEOUT.set(client, Duration.ofDays(365));
    CoreModuleProperties.WINDOW_SIZE.set(client, WINDOW);
    // Or each larger question waits for an acknowledgement that the other side puts off by 40 ms.
    CoreModuleProperties.TCP_NODELAY.set(client, true);
    return client;
  }

  /**
   * What the host is known by comes first, or a host with several keys would show one that is not
   * known; the others stay, so that a changed key is seen and named.
   */
  private static List<NamedFactory<Signature>> signatures(List<String> kinds) {
    List<NamedFactory<Signature>> order = new ArrayList<>();
    Stream.concat(
            SIGNATURES.stream().filter(one -> kinds.contains(kind(one))),
            SIGNATURES.stream().filter(one -> !kinds.contains(kind(one))))
        .forEach(order::add);
    return order;
  }

  private static String kind(BuiltinSignatures signature) {
    return signature.getName().startsWith("rsa-sha2") ? "ssh-rsa" : signature.getName();
  }

  private static boolean slow(org.apache.sshd.common.NamedResource cipher) {
    return cipher.getName().equals(BuiltinCiphers.cc20p1305_openssh.getName());
  }
}
