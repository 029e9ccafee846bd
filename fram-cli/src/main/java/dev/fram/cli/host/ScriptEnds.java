// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.host;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.HostAnswer;
import dev.fram.api.host.HostScript;
import dev.fram.api.model.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The three streams of a running script: secrets go in, lines come out, the end of what it
 * complained of is kept. Two threads read; they end with the streams. Owned by the caller's thread.
 */
public final class ScriptEnds {
  private static final Logger LOG = LoggerFactory.getLogger(ScriptEnds.class);
  private static final int LINES = 1000;
  private static final int COMPLAINTS = 30;
  private static final long LOOK_MILLIS = 200;
  private static final long DRAIN_MILLIS = 5_000;

  private final OutputStream in;
  private final InputStream out;
  private final InputStream err;
  private final ConcurrentLinkedQueue<String> fresh = new ConcurrentLinkedQueue<>();
  private final Deque<String> complaints = new ArrayDeque<>();
  private final Deque<String> kept = new ArrayDeque<>();

  /** The script's process. */
  public interface Life {
    /** Waits for its end for so long. */
    boolean ended(long millis) throws InterruptedException;

    int exit();
  }

  public ScriptEnds(OutputStream in, InputStream out, InputStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /**
   * Tells the secrets, passes the lines on, and waits for the end.
   *
   * @param goesOn called at least once a second; what it throws closes the script's input
   */
  public HostAnswer follow(HostScript script, Consumer<String> lines, Runnable goesOn, Life life) {
    Thread output = reader("fram-script", out, fresh::add);
    Thread errors = reader("fram-script-errors", err, this::complain);
    try {
      tellSecrets(script);
      while (!life.ended(LOOK_MILLIS)) {
        pass(lines);
        goesOn.run();
      }
      // What it has started may keep its output open: that is not waited for longer than this.
      output.join(DRAIN_MILLIS);
      errors.join(DRAIN_MILLIS);
      pass(lines);
      return new HostAnswer(life.exit(), List.copyOf(kept), complaints());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FramException(ErrorCode.CANCELLED, script.doing() + " was cancelled.", "", e);
    } finally {
      close();
    }
  }

  private void tellSecrets(HostScript script) {
    try {
      for (Secret secret : script.secrets()) {
        in.write((secret.reveal() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      in.flush();
    } catch (IOException e) {
      // It has ended already; its exit code says why.
      LOG.debug("{}: {}", script.doing(), e.toString());
    }
  }

  private void pass(Consumer<String> lines) {
    for (String line = fresh.poll(); line != null; line = fresh.poll()) {
      kept.addLast(line);
      if (kept.size() > LINES) {
        kept.removeFirst();
      }
      lines.accept(line);
    }
  }

  private void complain(String line) {
    synchronized (complaints) {
      complaints.addLast(line);
      if (complaints.size() > COMPLAINTS) {
        complaints.removeFirst();
      }
    }
  }

  private String complaints() {
    synchronized (complaints) {
      return String.join(" | ", complaints);
    }
  }

  private static Thread reader(String name, InputStream from, Consumer<String> to) {
    return Thread.ofPlatform().name(name).daemon().start(() -> drain(from, to));
  }

  private static void drain(InputStream from, Consumer<String> to) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          to.accept(line);
        }
      }
    } catch (IOException e) {
      LOG.debug("a script's output ended: {}", e.toString());
    }
  }

  private void close() {
    try {
      in.close();
    } catch (IOException e) {
      LOG.debug("a script's input: {}", e.toString());
    }
  }
}
