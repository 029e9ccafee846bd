// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A question as a check of the core: what goes wrong while it is asked becomes its finding, because
 * all checks run, and an unanswered question is never a yes.
 */
final class AskedCheck implements Check {
  private static final Logger LOG = LoggerFactory.getLogger(AskedCheck.class);

  private final Question question;
  private final Servers servers;
  private final AtomicInteger unasked;

  /**
   * @param unasked how many checks of the list were not run yet: the last one ends the sessions
   */
  AskedCheck(Question question, Servers servers, AtomicInteger unasked) {
    this.question = question;
    this.servers = servers;
    this.unasked = unasked;
  }

  @Override
  public String code() {
    return question.code();
  }

  @Override
  public List<Finding> run() {
    try {
      return question.ask(servers);
    } catch (SQLException e) {
      return List.of(
          Finding.fail(
              code(),
              "This could not be asked: " + SqlErrors.message(e) + " [" + SqlErrors.code(e) + "].",
              remedy(SqlErrors.translate(e, "", ""))));
    } catch (FramException e) {
      return List.of(Finding.fail(code(), "This could not be asked: " + e.seen(), remedy(e)));
    } catch (RuntimeException e) {
      LOG.debug("{} failed", code(), e);
      return List.of(
          Finding.fail(
              code(),
              "This could not be asked because of a fault in Fram (" + e + ").",
              "Please report it with the output of fram check -v."));
    } finally {
      if (unasked.decrementAndGet() <= 0) {
        close(servers.source());
        close(servers.target());
      }
    }
  }

  private static String remedy(FramException e) {
    return e.remedy().isEmpty() ? "Make it answerable, then check again." : e.remedy();
  }

  private static void close(Server server) {
    try {
      server.close();
    } catch (SQLException e) {
      // The session is lost either way; the answers are not.
      return;
    }
  }
}
