// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;

/**
 * Sets the log up in code: no XML to parse at every start. Lines go to the error stream and only
 * with -v: what a user must know is in the status and the errors, never in the log alone.
 */
final class Logging {
  private static final String PATTERN =
      "%d{HH:mm:ss.SSS} %-5level %property{migration}%thread  %msg%n%ex";

  /** Kept, because java.util.logging forgets the level of a logger that nobody holds. */
  private static final java.util.logging.Logger DRIVER =
      java.util.logging.Logger.getLogger("org.postgresql");

  private Logging() {}

  static void start(boolean verbose) {
    // The driver logs statements and server messages there, which may hold values.
    DRIVER.setLevel(java.util.logging.Level.OFF);
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    context.reset();
    ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.OFF);
    if (verbose) {
      context.putProperty("migration", "");
      root.addAppender(appender(context));
      root.setLevel(Level.WARN);
      context.getLogger("dev.fram").setLevel(Level.DEBUG);
    }
  }

  /** From now on each line names the migration. */
  static void name(String migration) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.putProperty("migration", migration + " ");
    }
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
