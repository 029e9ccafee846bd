// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One session for the short questions of many threads, one at a time. Opens by itself and again
 * after a loss. A read that found the session dead is asked once more on a new one; a write is not,
 * because nobody knows what became of it.
 */
public final class SharedSession implements AutoCloseable {
  private final Connector connector;
  private final String purpose;
  private volatile @Nullable Connection connection;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** What is done with the session. */
  @FunctionalInterface
  public interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  /**
   * @param purpose the session's name, as for {@link Connector#open}
   */
  public SharedSession(Connector connector, String purpose) {
    this.connector = connector;
    this.purpose = purpose;
  }

  /** The server's name for people. */
  public String name() {
    return connector.name();
  }

  /**
   * Runs something that may safely run twice, in auto-commit mode.
   *
   * @param doing for the message: {@code reading the catalog}
   */
  public synchronized <T> T read(String doing, Work<T> work) {
    boolean fresh = connection == null;
    try {
      return work.with(session());
    } catch (SQLException e) {
      FramException problem = failed(e, doing);
      if (fresh || connection != null) {
        throw problem;
      }
    }
    try {
      return work.with(session());
    } catch (SQLException e) {
      throw failed(e, doing);
    }
  }

  /** Runs something in one transaction; once, or not at all, or nobody knows (CONNECTION_LOST). */
  public synchronized <T> T write(String doing, Work<T> work) {
    try {
      Connection session = session();
      session.setAutoCommit(false);
      try {
        T result = work.with(session);
        session.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(session, e);
        throw e;
      } finally {
        if (!session.isClosed()) {
          session.setAutoCommit(true);
        }
      }
    } catch (SQLException e) {
      throw failed(e, doing);
    }
  }

  /** Also while another thread waits for an answer: that ends with it. */
  @Override
  public void close() {
    closed.set(true);
    Connection current = connection;
    if (current != null) {
      Connector.abort(current);
    }
  }

  private Connection session() throws SQLException {
    Connection current = connection;
    if (closed.get()) {
      throw new SQLException("the session was closed", "08003");
    }
    if (current == null || current.isClosed()) {
      current = connector.open(purpose);
      connection = current;
      if (closed.get()) {
        drop();
        throw new SQLException("the session was closed", "08003");
      }
    }
    return current;
  }

  private FramException failed(SQLException e, String doing) {
    FramException problem = SqlErrors.translate(e, connector.name(), doing);
    Connection current = connection;
    boolean dead = SqlErrors.ended(e) || current == null || isClosed(current);
    if (dead && problem.category() == ErrorCategory.TRANSIENT) {
      drop();
    }
    return problem;
  }

  private void drop() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      Connector.abort(current);
    }
  }

  private static void rollback(Connection session, Exception cause) {
    try {
      if (!session.isClosed()) {
        session.rollback();
      }
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static boolean isClosed(Connection session) {
    try {
      return session.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }
}
