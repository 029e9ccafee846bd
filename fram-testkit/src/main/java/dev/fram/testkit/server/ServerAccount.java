// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Who runs the server's programs. PostgreSQL refuses to run as root (its main.c, check_root), so
 * root starts them as the account {@code nobody}, or, where that is not possible, inside a user
 * namespace in which it is nobody. A user without a name, as containers have it, does the latter:
 * initdb asks for the name.
 *
 * @param prefix what stands before a command so that it runs as this account
 * @param owner who must own the data folder, when that is not this process's own user
 */
record ServerAccount(List<String> prefix, Optional<Owner> owner) {
  /** A user and group by number. */
  record Owner(int uid, int gid) {}

  static int ownUid() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** The account for this process's servers. */
  static ServerAccount choose() throws IOException {
    boolean root = ownUid() == 0;
    if (!root && works(List.of("id", "-un"))) {
      return new ServerAccount(List.of(), Optional.empty());
    }
    Optional<Owner> nobody = named("nobody");
    if (root && nobody.isPresent() && works(command(setpriv(nobody.get()), "true"))) {
      return new ServerAccount(setpriv(nobody.get()), nobody);
    }
    List<String> namespace = List.of("unshare", "-U");
    if (works(command(namespace, "id", "-un"))) {
      return new ServerAccount(namespace, Optional.empty());
    }
    throw new ServerException(
        root
            ? "PostgreSQL does not run as root, and neither `setpriv` to the account nobody nor"
                + " `unshare -U` works here. Run as an ordinary user, or install util-linux."
            : "PostgreSQL does not run as uid "
                + ownUid()
                + ", which has no name here, and `unshare -U` does not work. Add the user to"
                + " /etc/passwd.");
  }

  /**
   * For an SSH server, which lets in only the account that it runs as: {@code nobody} is locked
   * where systemd answers for it, and sshd then lets it in nowhere.
   */
  static ServerAccount unlocked() throws IOException {
    Optional<Owner> daemon = named("daemon");
    if (ownUid() == 0 && daemon.isPresent() && works(command(setpriv(daemon.get()), "true"))) {
      return new ServerAccount(setpriv(daemon.get()), daemon);
    }
    return choose();
  }

  /**
   * The same with a shell, in a mount namespace in which /etc/passwd says so: an account of the
   * system's has none, and sshd runs commands by it.
   *
   * @param passwd is written: that file for the namespace
   */
  ServerAccount withShell(Path passwd) throws IOException {
    if (owner.isEmpty()) {
      return this;
    }
    String marked = ":" + owner.get().uid() + ":" + owner.get().gid() + ":";
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
      lines.add(
          line.contains(marked) ? line.substring(0, line.lastIndexOf(':') + 1) + "/bin/sh" : line);
    }
    Files.write(passwd, lines, StandardCharsets.ISO_8859_1);
    List<String> namespace =
        List.of(
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount --bind \"$0\" /etc/passwd && exec \"$@\"",
            passwd.toString());
    return new ServerAccount(Stream.concat(namespace.stream(), prefix.stream()).toList(), owner);
  }

  /** Gives a folder and all in it to the account. */
  void own(Path folder) throws IOException {
    if (owner.isEmpty()) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            give(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            give(path);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void give(Path path) throws IOException {
    Owner to = owner.orElseThrow();
    Files.setAttribute(path, "unix:uid", to.uid(), LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", to.gid(), LinkOption.NOFOLLOW_LINKS);
  }

  private static List<String> setpriv(Owner to) {
    return List.of("setpriv", "--reuid=" + to.uid(), "--regid=" + to.gid(), "--clear-groups", "--");
  }

  private static Optional<Owner> named(String name) throws IOException {
    try (var lines = Files.lines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
      return lines
          .map(line -> line.split(":", -1))
          .filter(fields -> fields[0].equals(name) && fields.length > 3)
          .map(fields -> new Owner(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])))
          .findFirst();
    }
  }

  private static List<String> command(List<String> prefix, String... words) {
    return Stream.concat(prefix.stream(), Stream.of(words)).toList();
  }

  private static boolean works(List<String> words) {
    try {
      return Command.of(words).run().exit() == 0;
    } catch (IOException missing) {
      return false;
    }
  }
}
