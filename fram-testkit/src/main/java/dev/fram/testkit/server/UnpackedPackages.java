// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder into which packages were unpacked with all their libraries. Its programs start through
 * its own dynamic loader and see its own libraries only.
 *
 * @param root the folder, absolute
 */
public record UnpackedPackages(Path root) {

  /** What stands before one of its programs on a command line (ld.so(8)). */
  public List<String> launcher() throws IOException {
    return launcherIn(root);
  }

  /** The same for when the folder will have been moved. */
  public List<String> launcherIn(Path home) throws IOException {
    return List.of(moved(loader(), home), "--library-path", libraryPath(home));
  }

  private String moved(Path path, Path home) {
    return home.resolve(root.relativize(path)).toString();
  }

  private Path loader() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> path.getFileName().toString().startsWith("ld-linux-"))
          .filter(Files::isRegularFile)
          .findFirst()
          .orElseThrow(() -> new IOException("the packages hold no ld-linux"));
    }
  }

  private String libraryPath(Path home) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> path.toString().endsWith("-linux-gnu"))
          .filter(Files::isDirectory)
          .map(path -> moved(path, home))
          .collect(Collectors.joining(":"));
    }
  }
}
