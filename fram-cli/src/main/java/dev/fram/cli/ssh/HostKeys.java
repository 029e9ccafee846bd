// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the files of known hosts say of one jump host (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). A
 * key is known only if it stands there byte for byte: there is no way to say yes to another. Lines
 * with {@code @cert-authority} are passed over: a host that shows only a certificate is refused.
 */
final class HostKeys {
  private static final Logger LOG = LoggerFactory.getLogger(HostKeys.class);
  private static final String REVOKED = "revoked";

  private final JumpHost host;
  private final List<Path> files;

  HostKeys(JumpHost host, List<Path> files) {
    this.host = host;
    this.files = files;
  }

  /** {@code ssh-ed25519 SHA256:…}, as ssh-keygen -l shows it. */
  static String fingerprint(PublicKey key) {
    return KeyUtils.getKeyType(key) + " " + KeyUtils.getFingerPrint(BuiltinDigests.sha256, key);
  }

  /** The kinds of keys that are known of the host: these it is asked for first. */
  List<String> kinds() {
    return entries().stream()
        .filter(entry -> marker(entry).isEmpty())
        .map(entry -> entry.getKeyEntry().getKeyType())
        .distinct()
        .toList();
  }

  /**
   * Whether this is the host's key; empty when it is.
   *
   * @param whose {@code source}: messages begin with it
   */
  Optional<FramException> refusal(String whose, PublicKey shown) {
    byte[] bytes = encoded(shown);
    boolean known = false;
    boolean other = false;
    for (KnownHostEntry entry : entries()) {
      boolean same = Arrays.equals(entry.getKeyEntry().getKeyData(), bytes);
      if (same && marker(entry).equals(REVOKED)) {
        return Optional.of(revoked(whose, shown));
      }
      if (marker(entry).isEmpty()) {
        known |= same;
        other |= !same;
      }
    }
    if (known) {
      return Optional.empty();
    }
    return Optional.of(other ? changed(whose, shown) : unknown(whose, shown));
  }

  private FramException unknown(String whose, PublicKey shown) {
    return refused(
        whose,
        "shows the key " + fingerprint(shown) + ", which is not known: " + names() + " has none.",
        "Ask whoever runs that host for its fingerprint; if it is the same, add the key: ssh-keyscan"
            + " -p "
            + host.port()
            + " "
            + host.host()
            + " >> "
            + files.getFirst());
  }

  private FramException changed(String whose, PublicKey shown) {
    return refused(
        whose,
        "shows the key "
            + fingerprint(shown)
            + ", but "
            + names()
            + " has another for it: somebody may stand in between.",
        "Ask whoever runs that host whether its key was changed; only then remove the old one:"
            + " ssh-keygen -R '"
            + pattern()
            + "' -f "
            + files.getFirst());
  }

  private FramException revoked(String whose, PublicKey shown) {
    return refused(
        whose,
        "shows the key " + fingerprint(shown) + ", which is marked as revoked in " + names() + ".",
        "Ask whoever runs that host for a new key.");
  }

  private FramException refused(String whose, String what, String remedy) {
    return new FramException(
        ErrorCode.HOST_KEY_REFUSED,
        whose + ": its jump host " + host.display() + " " + what,
        remedy + ".");
  }

  private String names() {
    return String.join(", ", files.stream().map(Path::toString).toList());
  }

  private String pattern() {
    return host.port() == JumpHost.STANDARD_PORT
        ? host.host()
        : "[" + host.host() + "]:" + host.port();
  }

  private List<KnownHostEntry> entries() {
    List<KnownHostEntry> found = new ArrayList<>();
    for (Path file : files) {
      for (String line : lines(file)) {
        entry(line).filter(one -> one.isHostMatch(host.host(), host.port())).ifPresent(found::add);
      }
    }
    return found;
  }

  /** A line that cannot be read vouches for nobody. */
  private static Optional<KnownHostEntry> entry(String line) {
    String text = line.strip();
    if (text.isEmpty() || text.startsWith("#")) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(KnownHostEntry.parseKnownHostEntry(text))
          .filter(one -> one.getKeyEntry() != null && one.getKeyEntry().getKeyData() != null);
    } catch (RuntimeException e) {
      LOG.debug("a line of known_hosts was passed over: {}", e.getClass().getSimpleName());
      return Optional.empty();
    }
  }

  private static List<String> lines(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "The file of known hosts " + file + " cannot be read.",
          "Check its path and permissions.",
          e);
    }
  }

  private static String marker(KnownHostEntry entry) {
    return entry.getMarker() == null ? "" : entry.getMarker();
  }

  private static byte[] encoded(PublicKey key) {
    ByteArrayBuffer buffer = new ByteArrayBuffer();
    buffer.putRawPublicKey(key);
    return buffer.getCompactData();
  }

  /** A host key's line for a file: {@code ssh-ed25519 AAAA…}. */
  static String line(PublicKey key) {
    return PublicKeyEntry.toString(key);
  }
}
