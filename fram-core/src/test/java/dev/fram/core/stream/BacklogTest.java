// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.run.MigrationSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** First in, first out, whatever lies in memory and whatever on disk. */
final class BacklogTest {
  @TempDir Path folder;

  private Backlog backlog(long memory, long minFree) {
    return new Backlog(
        new MigrationSettings.Stream(memory, folder, minFree, 10, 1000, Duration.ZERO),
        folder.resolve("m"),
        TestPosition::parse);
  }

  private List<Path> files() throws IOException {
    if (!Files.exists(folder.resolve("m"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder.resolve("m"))) {
      return files.toList();
    }
  }

  @Test
  void keepsOrderOverMemoryAndDisk() throws IOException {
    Random random = new Random(7);
    Deque<String> expected = new ArrayDeque<>();
    try (Backlog backlog = backlog(400, 0)) {
      for (int i = 0; i < 20_000; i++) {
        if (random.nextInt(100) < (i / 2000 % 2 == 0 ? 60 : 40)) {
          FeedEvent event = event(random, i);
          backlog.put(event);
          expected.add(TestPosition.show(event));
        } else if (!expected.isEmpty()) {
          assertThat(backlog.poll(Duration.ZERO).map(TestPosition::show))
              .contains(expected.remove());
        }
        if (i == 1999) {
          assertThat(backlog.bytesOnDisk()).isPositive();
          assertThat(backlog.bytes() - backlog.bytesOnDisk()).isLessThanOrEqualTo(400);
        }
      }
      while (!expected.isEmpty()) {
        assertThat(backlog.poll(Duration.ZERO).map(TestPosition::show)).contains(expected.remove());
      }
      assertThat(backlog.poll(Duration.ZERO)).isEmpty();
      assertThat(backlog.bytes()).isZero();
      assertThat(files()).isEmpty();
    }
  }

  private static FeedEvent event(Random random, int i) {
    return switch (random.nextInt(6)) {
      case 0 -> TestPosition.begin(i);
      case 1 -> TestPosition.commit(i);
      case 2 -> new FeedEvent.Truncate(new byte[] {65});
      case 3 -> new FeedEvent.SchemaChange(new byte[] {66});
      case 4 -> new FeedEvent.Statement(new byte[] {67});
      default -> TestPosition.row("row" + i);
    };
  }

  @Test
  void keepsOnlyTheLastIdleAndOnlyAtTheEnd() {
    try (Backlog backlog = backlog(10_000, 0)) {
      backlog.put(TestPosition.idle(1));
      backlog.put(TestPosition.idle(2));
      backlog.put(TestPosition.begin(1));
      backlog.put(TestPosition.idle(3));
      backlog.put(TestPosition.idle(4));
      assertThat(backlog.poll(Duration.ZERO).map(TestPosition::show)).contains("Begin:x1@1");
      assertThat(backlog.poll(Duration.ZERO).map(TestPosition::show)).contains("Idle:@4");
      assertThat(backlog.poll(Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void removesItsFilesWhenItCloses() throws IOException {
    try (Backlog backlog = backlog(0, 0)) {
      backlog.put(TestPosition.row("a"));
      backlog.put(TestPosition.row("b"));
      assertThat(files()).isNotEmpty();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void noticesADamagedRecord() throws IOException {
    try (Backlog backlog = backlog(0, 0)) {
      backlog.put(TestPosition.row("x".repeat(20_000)));
      Path file = files().getFirst();
      byte[] bytes = Files.readAllBytes(file);
      bytes[100] ^= 1;
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(bytes));
      }
      assertThatThrownBy(() -> backlog.poll(Duration.ZERO))
          .isInstanceOfSatisfying(
              FramException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED));
    }
  }

  @Test
  void saysWhenThereIsNoRoom() {
    try (Backlog backlog = backlog(100, Long.MAX_VALUE)) {
      assertThat(backlog.hasRoom()).isTrue();
      backlog.put(TestPosition.row("x".repeat(200)));
      assertThat(backlog.hasRoom()).isFalse();
      assertThat(backlog.poll(Duration.ZERO)).isPresent();
      assertThat(backlog.hasRoom()).isTrue();
    }
  }
}
