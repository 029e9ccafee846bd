// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where downloads and unpacked programs stay between runs. Safe to use from several threads and
 * several processes at once. Knows nothing about what is kept there.
 */
public final class CacheFolder {
  private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

  private CacheFolder() {}

  /** Work that may fail on the disk. */
  @FunctionalInterface
  public interface DiskWork<T> {
    T run() throws IOException;
  }

  /** The user's own cache: {@code $XDG_CACHE_HOME/fram} or {@code ~/.cache/fram}. */
  public static Path personal() throws IOException {
    Path base =
        variable("XDG_CACHE_HOME")
            .map(Path::of)
            .orElseGet(
                () -> Path.of(variable("HOME").orElse(System.getProperty("user.home")), ".cache"));
    return Files.createDirectories(base.resolve("fram"));
  }

  /**
   * A cache whose programs another account can run. It is the personal one wherever that can be
   * reached by everybody; root's home usually cannot, and root's servers run as somebody else.
   */
  static Path shared(ServerAccount account) throws IOException {
    Path personal = personal();
    return account.owner().isEmpty() || openToAll(personal.toAbsolutePath())
        ? personal
        : worldReadable();
  }

  /** Runs {@code work} while no other thread or process works under the same name in a folder. */
  public static <T> T locked(Path folder, String name, DiskWork<T> work) throws IOException {
    Path file = folder.resolve("." + name + ".lock").toAbsolutePath();
    ReentrantLock inProcess = LOCKS.computeIfAbsent(file, key -> new ReentrantLock());
    inProcess.lock();
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.lock()) {
      assert held.isValid();
      return work.run();
    } finally {
      inProcess.unlock();
    }
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  private static boolean openToAll(Path folder) throws IOException {
    for (Path at = folder.toRealPath(); at != null; at = at.getParent()) {
      if (!Files.getPosixFilePermissions(at).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }

  /** Another JVM of ours may be at it in this moment. */
  private static void makeIt(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (FileAlreadyExistsException e) {
      return;
    }
  }

  /** Somebody else could have made the folder first in a place open to all: then it is not used. */
  private static Path worldReadable() throws IOException {
    Path folder = Path.of("/var/tmp", "fram-" + ServerAccount.ownUid() + "-cache");
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      makeIt(folder);
    }
    int owner = (Integer) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        || owner != ServerAccount.ownUid()
        || permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new ServerException(
          folder
              + " exists but belongs to uid "
              + owner
              + " with "
              + PosixFilePermissions.toString(permissions)
              + ": its programs are not trusted. Remove it, or set XDG_CACHE_HOME to a folder that"
              + " every account may enter.");
    }
    return folder;
  }
}
