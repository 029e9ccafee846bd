// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.io.resource.PathResource;
import org.apache.sshd.common.util.security.SecurityUtils;

/**
 * The private keys, read once. Immutable.
 *
 * @param keys what is offered
 * @param offered in words, for messages
 * @param passedOver files of the usual names that are of no use, and why
 */
record Identities(List<KeyPair> keys, List<String> offered, List<String> passedOver) {
  Identities {
    keys = List.copyOf(keys);
    offered = List.copyOf(offered);
    passedOver = List.copyOf(passedOver);
  }

  /**
   * Reads the files.
   *
   * @throws FramException CONFIG_INVALID when one that the user has named is of no use
   */
  static Identities read(SshKeys settings) {
    JdkEd25519.register();
    List<KeyPair> keys = new ArrayList<>();
    List<String> offered = new ArrayList<>();
    List<String> passedOver = new ArrayList<>();
    settings.agent().ifPresent(socket -> offered.add("the agent's keys (" + socket + ")"));
    for (Path file : settings.named()) {
      try {
        keys.addAll(load(file, settings.passphrase()));
        offered.add(file.toString());
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        throw new FramException(
            ErrorCode.CONFIG_INVALID,
            "ssh-identity: the private key " + file + " " + trouble(file, settings) + ".",
            "Give the passphrase by FRAM_SSH_PASSPHRASE, ssh-passphrase-file or"
                + " ssh-passphrase-command if it needs one, or leave ssh-identity out and use the"
                + " agent.",
            e);
      }
    }
    for (Path file : settings.usual().stream().filter(Files::exists).toList()) {
      try {
        keys.addAll(load(file, settings.passphrase()));
        offered.add(file.toString());
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        passedOver.add(file + " " + trouble(file, settings));
      }
    }
    return new Identities(keys, offered, passedOver);
  }

  private static List<KeyPair> load(Path file, Optional<Secret> passphrase)
      throws IOException, GeneralSecurityException {
    FilePasswordProvider words =
        (session, resource, attempt) -> passphrase.map(Secret::reveal).orElse(null);
    List<KeyPair> found = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      Iterable<KeyPair> read =
          SecurityUtils.loadKeyPairIdentities(null, new PathResource(file), in, words);
      if (read != null) {
        read.forEach(found::add);
      }
    }
    if (found.isEmpty()) {
      throw new IOException("no private key is in " + file);
    }
    return found;
  }

  /** The library's own words may repeat what is in the file. */
  private static String trouble(Path file, SshKeys settings) {
    if (!Files.isReadable(file)) {
      return "is not there, or not to be read by this user";
    }
    return settings.passphrase().isPresent()
        ? "cannot be opened with the passphrase given, or is of no known form"
        : "cannot be opened without a passphrase, or is of no known form";
  }
}
