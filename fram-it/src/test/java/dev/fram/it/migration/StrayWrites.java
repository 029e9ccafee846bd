// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What becomes of writes on the old server that nobody was to make. */
final class StrayWrites {
  private static final Pattern FILE = Pattern.compile("keeps them in (\\S+\\.jsonl)\\.");

  private StrayWrites() {}

  /** Something that gets past a closed gate. */
  interface Intrusion {
    void happen() throws Exception;
  }

  /**
   * Until now everything on the old server came by Fram; what comes now raises an alarm.
   *
   * @param words how many, and where
   * @return what was kept of them
   */
  static List<String> told(Move move, Intrusion intrusion, String words) throws Exception {
    assertThat(move.status().alarms()).isEmpty();
    intrusion.happen();
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () -> assertThat(move.status().alarms()).singleElement().asString().contains(words));
    String alarm = move.status().alarms().getFirst();
    assertThat(alarm).doesNotContain("by the back door");
    return kept(alarm);
  }

  private static List<String> kept(String alarm) throws IOException {
    Matcher file = FILE.matcher(alarm);
    assertThat(file.find()).as(alarm).isTrue();
    Path rescue = Path.of(file.group(1));
    List<String> lines = Files.readAllLines(rescue);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rescue)))
        .isEqualTo("rw-------");
    Files.delete(rescue);
    return lines;
  }
}
