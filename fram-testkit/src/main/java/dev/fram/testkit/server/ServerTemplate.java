// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * A data folder initialised once for each version and account, and copied for each fresh server:
 * initdb takes seconds, a copy a fraction of one.
 *
 * @param data the initialised folder; no server ever runs in it
 * @param password what its user postgres logs in with until the fresh server gets its own
 */
record ServerTemplate(Path data, String password) {
  private static final String PASSWORD_FILE = "password";

  static ServerTemplate of(PostgresVersion version, ServerAccount account) throws IOException {
    Path programs = BinaryCache.programs(version, account);
    String name =
        "template-"
            + version.artifact().release()
            + account.owner().map(owner -> "-uid" + owner.uid()).orElse("");
    Path folder = CacheFolder.shared(account);
    Path home = folder.resolve(name);
    if (!Files.isDirectory(home)) {
      CacheFolder.locked(folder, name, () -> initialise(programs, account, home));
    }
    return new ServerTemplate(
        home.resolve("data"), Files.readString(home.resolve(PASSWORD_FILE)).strip());
  }

  /** Copies the template into {@code data}, which must not exist, as a cluster of its own. */
  void copyTo(Path data, ServerAccount account) throws IOException {
    FolderCopy.copy(this.data, data);
    SystemIdentity.assign(data, new SecureRandom().nextLong(1L << 32, Long.MAX_VALUE));
    account.own(data);
  }

  static String newPassword() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private static Path initialise(Path programs, ServerAccount account, Path home)
      throws IOException {
    if (Files.isDirectory(home)) {
      return home;
    }
    Path unfinished = Files.createTempDirectory(home.getParent(), "initdb-");
    Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwx--x--x"));
    Path password = Files.writeString(unfinished.resolve(PASSWORD_FILE), newPassword());
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    Path data = Files.createDirectory(unfinished.resolve("data"));
    account.own(data);
    account.own(password);
    Command initdb =
        Command.of(
            account.prefix(),
            programs.resolve("bin/initdb").toString(),
            "--pgdata=" + data,
            "--username=postgres",
            "--pwfile=" + password,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync");
    Command.Result result = initdb.run();
    if (result.exit() != 0) {
      FolderCopy.delete(unfinished);
      throw new ServerException("initdb ended with " + result.exit() + ":\n" + result.output());
    }
    return Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
  }
}
