// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sets the target's sequences beyond the source's, from the source's own last values (never from
 * the largest key in a table: numbers may have been handed out and not stored yet). {@code nextval}
 * works on under the write gate, so there is a margin: as many values as all of the source's
 * sessions could still take.
 */
final class Sequences {
  /** How many sequences are read by one statement: each takes a lock. */
  private static final int BATCH = 400;

  /** A margin is never smaller, when the sequence has the room. */
  private static final long LEAST_STEPS = 100;

  private Sequences() {}

  /** A sequence's definition on the source. */
  record Definition(
      TableId id, BigInteger minimum, BigInteger maximum, BigInteger increment, long cache) {}

  /** Where a sequence stands. */
  record Reading(Definition definition, BigInteger last, boolean called) {}

  /**
   * The value that {@code setval} gets on the target, so that the next one lies beyond everything
   * the source handed out or will.
   *
   * @param sessions how many sessions the source allows
   */
  static BigInteger beyond(Reading reading, int sessions) {
    Definition sequence = reading.definition();
    BigInteger step = sequence.increment();
    boolean up = step.signum() > 0;
    BigInteger bound = up ? sequence.maximum() : sequence.minimum();
    BigInteger room = bound.subtract(reading.last()).divide(step);
    long wanted = Math.max(LEAST_STEPS, sequence.cache() * Math.max(1, sessions));
    // Near its end half of what is left is the margin: the other half stays usable.
    BigInteger steps = BigInteger.valueOf(wanted).min(room.shiftRight(1)).max(BigInteger.ZERO);
    return reading.last().add(step.multiply(steps));
  }

  /** Copies all values; returns how many. */
  static int transfer(Connection source, Connection target, List<TableId> wanted)
      throws SQLException {
    int sessions = sessions(source);
    Map<TableId, Definition> definitions = definitions(source);
    List<Definition> present = new ArrayList<>();
    for (TableId id : wanted) {
      Definition definition = definitions.get(id);
      if (definition == null) {
        throw new FramException(
            ErrorCode.SCHEMA_DRIFT,
            "Sequence " + id + " is no longer on the source; it was when the migration began.",
            "Drop it on the target too, or create it on the source again, then go on.");
      }
      present.add(definition);
    }
    List<Reading> readings = read(source, present);
    set(target, readings, sessions);
    return readings.size();
  }

  private static int sessions(Connection source) throws SQLException {
    try (Statement statement = source.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_setting('max_connections')::int")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  static Map<TableId, Definition> definitions(Connection connection) throws SQLException {
    Map<TableId, Definition> found = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT n.nspname, c.relname, s.seqmin, s.seqmax, s.seqincrement, s.seqcache"
                    + " FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE c.relpersistence <> 't' AND n.nspname <> 'fram'"
                    + " AND NOT EXISTS (SELECT 1 FROM pg_depend d"
                    + "  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid"
                    + "  AND d.deptype = 'e')")) {
      while (rows.next()) {
        TableId id = new TableId(rows.getString(1), rows.getString(2));
        found.put(
            id,
            new Definition(
                id,
                BigInteger.valueOf(rows.getLong(3)),
                BigInteger.valueOf(rows.getLong(4)),
                BigInteger.valueOf(rows.getLong(5)),
                rows.getLong(6)));
      }
    }
    return found;
  }

  static List<Reading> read(Connection connection, List<Definition> sequences) throws SQLException {
    List<Reading> readings = new ArrayList<>();
    for (int from = 0; from < sequences.size(); from += BATCH) {
      List<Definition> batch = sequences.subList(from, Math.min(from + BATCH, sequences.size()));
      StringBuilder query = new StringBuilder();
      for (int i = 0; i < batch.size(); i++) {
        query
            .append(i == 0 ? "" : " UNION ALL ")
            .append("SELECT ")
            .append(i)
            .append(", last_value, is_called FROM ")
            .append(Quoting.table(batch.get(i).id()));
      }
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(query.toString())) {
        while (rows.next()) {
          readings.add(
              new Reading(
                  batch.get(rows.getInt(1)),
                  BigInteger.valueOf(rows.getLong(2)),
                  rows.getBoolean(3)));
        }
      }
    }
    return readings;
  }

  private static void set(Connection target, List<Reading> readings, int sessions)
      throws SQLException {
    Object[] schemas = readings.stream().map(r -> r.definition().id().schema()).toArray();
    Object[] names = readings.stream().map(r -> r.definition().id().name()).toArray();
    Object[] values = readings.stream().map(r -> beyond(r, sessions).longValueExact()).toArray();
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT count(setval(format('%I.%I', s, n)::regclass, v, true))"
                + " FROM unnest(?::text[], ?::text[], ?::bigint[]) AS u(s, n, v)")) {
      statement.setArray(1, target.createArrayOf("text", schemas));
      statement.setArray(2, target.createArrayOf("text", names));
      statement.setArray(3, target.createArrayOf("int8", values));
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
      }
    }
  }
}
