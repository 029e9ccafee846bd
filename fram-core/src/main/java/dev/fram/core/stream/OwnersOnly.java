// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that hold rows: on a machine that others use they are nobody else's to read. */
public final class OwnersOnly {
  private OwnersOnly() {}

  /**
   * Makes a folder and those above it, as far as they are not there.
   *
   * @throws IOException when it cannot be made
   */
  public static void folder(Path folder) throws IOException {
    Files.createDirectories(folder, attributes("rwx------"));
  }

  /** What a new file is made with. */
  public static FileAttribute<?>[] file() {
    return attributes("rw-------");
  }

  private static FileAttribute<?>[] attributes(String permissions) {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
