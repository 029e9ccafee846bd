// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.nginx;

import dev.fram.api.traffic.SwitchCheck;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficSwitch;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The web server in front of an application: a flag file makes it answer 503 with Retry-After for
 * the length of the freeze, so that users meet a sentence and not an error. It points nowhere.
 */
final class Nginx implements TrafficSwitch {
  private static final int LIMIT_MILLIS = 2_000;
  private static final int MAINTENANCE = 503;
  private static final Duration SETTLE = Duration.ofSeconds(2);

  private final Path flag;
  private final Optional<String> url;

  Nginx(SwitchOptions options) {
    this.flag = Path.of(options.required("flag-file"));
    this.url = options.text("url");
  }

  /** What it answers now. */
  private record Answer(int code, Optional<String> retryAfter) {
    boolean maintenance() {
      return code == MAINTENANCE;
    }
  }

  @Override
  public String name() {
    return "nginx " + flag;
  }

  @Override
  public SwitchCheck check() {
    List<String> obstacles = new ArrayList<>();
    Path folder = flag.getParent();
    if (folder == null || !Files.isWritable(folder)) {
      obstacles.add("the flag file's folder cannot be written to.");
    }
    if (Files.exists(flag)) {
      obstacles.add("the flag file is there already: the site is in maintenance. Remove it.");
    }
    if (url.isPresent()) {
      try {
        Answer answer = ask(url.get());
        if (answer.maintenance()) {
          obstacles.add(url.get() + " answers 503 although the flag file is not there.");
        }
      } catch (IOException e) {
        obstacles.add(url.get() + " does not answer: " + e.getMessage() + ".");
      }
    }
    return new SwitchCheck("would answer 503 for the length of the freeze", obstacles);
  }

  @Override
  public SwitchOutcome pause(Duration limit) {
    try {
      if (!Files.exists(flag)) {
        Files.createFile(flag);
      }
    } catch (IOException e) {
      return new SwitchOutcome.NotDone(
          "The flag file could not be made: " + e.getMessage() + ".", "", Again.BY_HAND);
    }
    return await(
        answer -> answer.maintenance() && answer.retryAfter.isPresent(), "503 with Retry-After");
  }

  @Override
  public SwitchOutcome redirect() {
    return SwitchOutcome.done();
  }

  @Override
  public SwitchOutcome resume() {
    try {
      Files.deleteIfExists(flag);
    } catch (IOException e) {
      return new SwitchOutcome.NotDone(
          "The flag file could not be removed: " + e.getMessage() + ".", "Remove it.", Again.LATER);
    }
    return await(answer -> !answer.maintenance(), "anything but 503");
  }

  @Override
  public SwitchOutcome undo() {
    return resume();
  }

  private SwitchOutcome await(Predicate<Answer> wanted, String words) {
    if (url.isEmpty()) {
      return SwitchOutcome.done();
    }
    long deadline = System.nanoTime() + SETTLE.toNanos();
    String last = "";
    do {
      try {
        Answer answer = ask(url.get());
        if (wanted.test(answer)) {
          return SwitchOutcome.done();
        }
        last =
            "answers "
                + answer.code
                + (answer.retryAfter.isPresent() ? "" : " without Retry-After");
      } catch (IOException e) {
        last = "does not answer: " + e.getMessage();
      }
      LockSupport.parkNanos(20_000_000);
    } while (System.nanoTime() < deadline);
    return new SwitchOutcome.NotDone(
        url.get() + " " + last + ", not " + words + ".",
        "Look into nginx's configuration: the guide has the lines.",
        Again.LATER);
  }

  private static Answer ask(String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setConnectTimeout(LIMIT_MILLIS);
    connection.setReadTimeout(LIMIT_MILLIS);
    connection.setUseCaches(false);
    connection.setInstanceFollowRedirects(false);
    try {
      return new Answer(
          connection.getResponseCode(),
          Optional.ofNullable(connection.getHeaderField("Retry-After")));
    } finally {
      connection.disconnect();
    }
  }
}
