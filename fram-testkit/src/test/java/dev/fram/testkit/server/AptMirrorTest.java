// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AptMirrorTest {
  @TempDir Path folder;

  @Test
  void readsStanzas() throws IOException {
    Files.createDirectories(folder.resolve("sources.list.d"));
    Files.writeString(
        folder.resolve("sources.list.d/debian.sources"),
        """
        Types: deb
        # http://old.example/debian
        URIs: http://mirror.example/debian
        Suites: bookworm bookworm-updates
        Components: main
        Signed-By: /keys/debian.gpg

        Types: deb
        URIs: http://mirror.example/other
        Suites: bookworm-security
        Components: main
        """);
    AptMirror mirror =
        AptMirror.in(folder, system("ID=debian", "VERSION_CODENAME=bookworm")).orElseThrow();
    assertThat(mirror.suites()).containsExactly("bookworm", "sid");
    assertThat(mirror.line("sid"))
        .isEqualTo("deb [signed-by=/keys/debian.gpg] http://mirror.example/debian sid main\n");
  }

  @Test
  void readsLines() throws IOException {
    Files.writeString(
        folder.resolve("sources.list"),
        """
        # deb http://commented.example/ubuntu noble main
        deb [arch=amd64] http://other.example noble-pgdg main
        deb http://mirror.example/ubuntu noble main universe
        """);
    AptMirror mirror =
        AptMirror.in(folder, system("ID=ubuntu", "VERSION_CODENAME=noble")).orElseThrow();
    assertThat(mirror.suites()).containsExactly("noble", "devel");
    assertThat(mirror.line("noble")).isEqualTo("deb http://mirror.example/ubuntu noble main\n");
  }

  @Test
  void anotherSystemHasNone() throws IOException {
    assertThat(AptMirror.in(folder.resolve("absent"), system("ID=fedora"))).isEmpty();
  }

  private Path system(String... lines) throws IOException {
    return Files.writeString(folder.resolve("os-release"), String.join("\n", lines));
  }
}
