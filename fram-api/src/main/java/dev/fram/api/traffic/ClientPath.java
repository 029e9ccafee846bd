// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;

/**
 * The way an application takes to its database. The probe goes it beside the applications, with a
 * table of its own on either side, which the write gate closes like any other. Any thread.
 */
public interface ClientPath {
  /** The probe's table, on both servers; out of scope of copy, feed and comparison. */
  TableId TABLE = new TableId("fram", "probe");

  /** For people: {@code host:port/database}. */
  String name();

  /**
   * Creates the probe's table on both servers, with the path's login's rights on it. Idempotent.
   *
   * @throws FramException PRIVILEGE_MISSING, or what the path itself answers
   */
  void prepare();

  /**
   * Connects through the path; owned by one thread.
   *
   * @throws FramException when the path does not lead to a server now
   */
  Session connect();

  /**
   * The same way where the data comes back: the servers keep what their tables say of them, and
   * what was the source is now the target.
   */
  default ClientPath reversed() {
    return new ReversedPath(this);
  }

  /** A client's session. Both acts are one transaction each, and throw {@link FramException}. */
  interface Session extends AutoCloseable {
    /** Writes one row, durably. */
    void write();

    /** Reads that row, and tells whose it is. */
    Side read();

    @Override
    void close();
  }

  /** Which server answered. */
  enum Side {
    SOURCE,
    TARGET;

    Side other() {
      return this == SOURCE ? TARGET : SOURCE;
    }
  }
}
