// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path folder;

  @Test
  void permissionsLinksAndOddBytesStay() throws IOException {
    Path real = folder.resolve("real.ini");
    Files.write(real, new byte[] {'a', (byte) 0xff, (byte) 0xc3, '\n'});
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("link.ini"), real);
    WholeFile file = new WholeFile(link);
    assertThat(file.replaceable()).isTrue();
    file.replace(file.read().replace("a", "b"));
    assertThat(link).isSymbolicLink();
    assertThat(Files.readAllBytes(real)).containsExactly('b', 0xff, 0xc3, '\n');
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
        .isEqualTo("rw-r-----");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).hasSize(2);
    }
  }
}
