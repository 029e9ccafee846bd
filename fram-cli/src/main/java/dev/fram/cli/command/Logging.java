// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import dev.fram.api.error.FramException;
import dev.fram.cli.log.LogFile;
import dev.fram.core.bus.Answer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the log up in code: no XML to parse at every start. Lines go to the error stream with -v,
 * and to a file with --log-file: what a user must know is in the status and the errors, never in
 * the log alone.
 */
final class Logging {
  private static final String PATTERN =
      "%d{HH:mm:ss.SSS} %-5level %property{migration}%thread  %msg%n%ex";

  /** Kept, because java.util.logging forgets the level of a logger that nobody holds. */
  private static final java.util.logging.Logger DRIVER =
      java.util.logging.Logger.getLogger("org.postgresql");

  /** For the file alone: on the terminal the same is said in another form. */
  private static final String OUTCOME = "dev.fram.outcome";

  private static final AtomicReference<Optional<LogFile>> FILE =
      new AtomicReference<>(Optional.empty());

  private Logging() {}

  static void start(boolean verbose) {
    // The driver logs statements and server messages there, which may hold values.
    DRIVER.setLevel(java.util.logging.Level.OFF);
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    context.reset();
    context.putProperty("migration", "");
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    if (verbose) {
      context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender(context));
      context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
      context.getLogger("dev.fram").setLevel(Level.DEBUG);
    }
  }

  /** From now on what Fram itself logs goes to the file too; libraries' lines do not. */
  static void into(LogFile file) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      file.setContext(context);
      file.start();
      context.getLogger("dev.fram").setLevel(Level.DEBUG);
      context.getLogger("dev.fram").addAppender(file);
      context.getLogger(OUTCOME).setAdditive(false);
      context.getLogger(OUTCOME).addAppender(file);
      FILE.set(Optional.of(file));
    }
  }

  /** What is wrong with the file now. */
  static Optional<String> trouble() {
    return FILE.get().flatMap(LogFile::trouble);
  }

  /** From now on each line names the migration. */
  static void name(String migration) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.putProperty("migration", migration + " ");
    }
  }

  /** How the command ended. */
  static void ended(Answer answer) {
    if (FILE.get().isPresent()) {
      outcome()
          .atInfo()
          .addKeyValue("exit_code", answer.exitCode())
          .addKeyValue("code", answer.code())
          .log(answer.message());
    }
  }

  /** How the command failed. */
  static void failed(FramException failure) {
    if (FILE.get().isPresent()) {
      outcome()
          .atError()
          .addKeyValue("exit_code", failure.category().exitCode())
          .addKeyValue("code", failure.code().name())
          .setCause(failure)
          .log(String.valueOf(failure.getMessage()));
    }
  }

  private static Logger outcome() {
    return LoggerFactory.getLogger(OUTCOME);
  }

  /** Waits for a moment until the file holds what was logged. */
  static void flush() {
    FILE.get().ifPresent(LogFile::flush);
  }

  /** Nothing goes to the file any more. */
  static void end() {
    FILE.getAndSet(Optional.empty()).ifPresent(LogFile::stop);
  }

  private static ConsoleAppender<ILoggingEvent> appender(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }
}
