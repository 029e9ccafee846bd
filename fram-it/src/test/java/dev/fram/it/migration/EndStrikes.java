// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.fault.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * {@code fram cancel} and {@code fram complete}, struck in their middle: as soon as a request has
 * gone out to either server the process is killed with SIGKILL, or its connections break. The
 * server does what was asked, and nobody hears of it. Then the same command again, struck a little
 * later, until one comes to its end. Owned by the test's thread.
 *
 * <p>{@code -Dfram.end.step=1} strikes at every one of the requests.
 */
final class EndStrikes implements AutoCloseable {
  private static final int STEP = Integer.getInteger("fram.end.step", 97);
  private static final long SEED = Long.getLong("fram.end.seed", System.nanoTime());
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Endpoint source;
  private final Endpoint target;
  private final Login observer;
  private final Path folder;
  private final List<String> words;
  private final Random random = new Random(SEED);
  private final List<Integer> aimed = new CopyOnWriteArrayList<>();
  private final TcpProxy toSource;
  private final TcpProxy toTarget;

  /** What happens to the command. */
  enum Blow {
    KILL,
    CUT
  }

  /** Which command, and what it ends. */
  enum End {
    CANCEL("READY", "--cutover=manual"),
    COMPLETE("SERVING", "--cutover=auto");

    private final String phase;
    private final String mode;

    End(String phase, String mode) {
      this.phase = phase;
      this.mode = mode;
    }

    /** On the command line. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param observer gets in to the target at any time
   * @param folder for the reports
   * @param words for {@code fram migrate}
   */
  EndStrikes(Endpoint source, Endpoint target, Login observer, Path folder, String... words)
      throws IOException {
    this.source = source;
    this.target = target;
    this.observer = observer;
    this.folder = folder;
    this.words = List.of(words);
    this.toSource = TcpProxy.to(source.host(), source.port());
    this.toTarget = TcpProxy.to(target.host(), target.port());
  }

  /** As far as the phase that the command ends; then that process is killed. */
  void migrate(End end) throws Exception {
    List<String> command = new ArrayList<>(List.of("migrate", end.mode, "--reverse-window=1h"));
    command.addAll(words);
    try (JavaChild fram = fram(command);
        PhaseWatch watch = new PhaseWatch(observer, random)) {
      await()
          .atMost(LIMIT)
          .until(() -> {
            assertThat(fram.alive()).as(fram.output()).isTrue();
            return watch.phase().equals(end.phase);
          });
      fram.kill9();
    }
  }

  /** The command, without a blow. */
  void whole(End end) throws Exception {
    try (JavaChild fram = fram(command(end))) {
      assertThat(fram.awaitExit(LIMIT)).as(fram.output()).isZero();
    }
  }

  /** The command until it has done all, and once more when there is nothing left to do. */
  void strike(End end, Blow blow) throws Exception {
    Aim aim = new Aim(1 + random.nextInt(STEP));
    while (!ends(end, blow, aim)) {
      aim.start();
    }
    toSource.afterRequest(request -> {});
    toTarget.afterRequest(request -> {});
    System.out.println(blow + " of " + end + ": " + story());
    whole(end);
  }

  /**
   * Killed when one of the servers has been asked something like that, and the command until it has
   * done all.
   */
  void killAt(End end, boolean old, Pattern request) throws Exception {
    CompletableFuture<JavaChild> process = new CompletableFuture<>();
    TcpProxy way = old ? toSource : toTarget;
    AtomicBoolean killed = new AtomicBoolean();
    way.afterRequest(asked -> {
      if (request.matcher(asked).find() && killed.compareAndSet(false, true)) {
        hit(Blow.KILL, process);
      }
    });
    try (JavaChild fram = fram(command(end))) {
      process.complete(fram);
      assertThat(fram.awaitExit(LIMIT)).as(fram.output()).isNotZero();
    }
    assertThat(killed).isTrue();
    whole(end);
  }

  /**
   * The source's network breaks once that has been asked of it; the command until it has done all.
   */
  void cutAt(End end, String word) throws Exception {
    toSource.cutOnceAsked(word);
    try (JavaChild fram = fram(command(end))) {
      await().atMost(LIMIT).until(() -> toSource.isCut() || !fram.alive());
      assertThat(toSource.isCut()).as(fram.output()).isTrue();
      toSource.pass();
      fram.awaitExit(LIMIT);
    }
    whole(end);
  }

  /** How often, and with which seed. */
  String story() {
    return aimed.size() + " blows (seed " + SEED + ") at requests " + aimed;
  }

  /**
   * At which request it strikes, counted from the start or from the last blow: it begins anew then,
   * and has to get farther before the next.
   */
  private final class Aim {
    private int wanted;
    private int seen;

    Aim(int wanted) {
      this.wanted = wanted;
    }

    synchronized void start() {
      seen = 0;
    }

    synchronized boolean reached() {
      if (++seen != wanted) {
        return false;
      }
      aimed.add(wanted);
      wanted += STEP;
      seen = 0;
      return true;
    }
  }

  private boolean ends(End end, Blow blow, Aim aim) throws Exception {
    CompletableFuture<JavaChild> process = new CompletableFuture<>();
    Consumer<String> look =
        request -> {
          if (aim.reached()) {
            hit(blow, process);
          }
        };
    toSource.afterRequest(look);
    toTarget.afterRequest(look);
    int before = aimed.size();
    try (JavaChild fram = fram(command(end))) {
      process.complete(fram);
      // One that lives on is cut off again and again, and waits longer each time.
      int code = fram.awaitExit(LIMIT.multipliedBy(5));
      if (code == 0) {
        return true;
      }
      assertThat(aimed.size()).as(code + " " + fram.output()).isGreaterThan(before);
      return false;
    }
  }

  private void hit(Blow blow, CompletableFuture<JavaChild> process) {
    if (blow == Blow.KILL) {
      try {
        process.join().kill9();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } else {
      toSource.cutOnce();
      toTarget.cutOnce();
    }
  }

  private List<String> command(End end) {
    return end == End.CANCEL ? List.of(end.word()) : List.of(end.word(), "--html=" + page());
  }

  /** Where a completion's report goes. */
  Path page() {
    return folder.resolve("end.html");
  }

  private JavaChild fram(List<String> command) throws IOException {
    return FramProcess.start(
        toSource.through(source), toTarget.through(target), command.toArray(String[]::new));
  }

  /** A completion's report is there, whatever happened. */
  void assertReported() {
    assertThat(Files.exists(page())).as(story()).isTrue();
  }

  @Override
  public void close() {
    toSource.close();
    toTarget.close();
  }
}
