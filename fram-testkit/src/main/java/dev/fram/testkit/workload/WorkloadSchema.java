// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * The database that the workload writes to: the tables that the oracle follows, and around them all
 * that is awkward to move. Made on one connection.
 */
public final class WorkloadSchema {
  /** The loaded rows of app.item belong in turn to this many writers. */
  public static final int WRITERS = 16;

  /** Rows that writers insert themselves have ids from here on. */
  static final long OWN_IDS = 1_000_000_000L;

  /** So many of the loaded rows, spread over the table, are changed by each writer. */
  private static final long LOADED_IN_USE = 1_000;

  private WorkloadSchema() {}

  /** A group of objects that a test may leave out. */
  public enum Part {
    /** Tables with every awkward type and with keys of every kind. */
    TYPES,
    /** Names that need quoting. */
    NAMES,
    /** What logical decoding does not carry: unlogged table, materialized view, large objects. */
    UNREPLICATED,
    /** MySQL: views on views, routines, triggers, each with a sql_mode of its own. */
    OBJECTS,
    /** MySQL: an event that fires every second and counts it in app.tick. */
    EVENTS
  }

  /** Creates everything, with {@code rows} rows in the large table. */
  public static void create(Connection connection, long rows) throws SQLException {
    create(connection, rows, EnumSet.allOf(Part.class));
  }

  /** Creates the tables of the oracle and these parts; about 100,000 rows a second. */
  public static void create(Connection connection, long rows, Set<Part> parts) throws SQLException {
    Dialect.of(connection).createSchema(connection, rows, parts);
  }

  /** Each how manyeth loaded id of a writer it may change, when so many were loaded for it. */
  static long stride(long loadedForOneWriter) {
    return Math.max(1, loadedForOneWriter / LOADED_IN_USE);
  }

  /** A text beside this class. */
  static String resource(String name) {
    try (InputStream bytes = WorkloadSchema.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(bytes, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
