// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.pgoutput.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes one table's batch at its level, and counts: a statement that does not hit exactly the rows
 * it must is refused like one that breaks a constraint. Owned by the applier's thread; knows
 * nothing of transactions and fences.
 */
final class TableWriter {
  /** Refused by a constraint (class 23), or an identity column that an UPDATE may not set. */
  private static final Set<String> IDENTITY_REFUSED = Set.of("428C9");

  private final Connection connection;
  private final String server;
  private final TableBatch batch;
  private final Layout layout;
  private final TableSteps steps;

  TableWriter(Connection connection, String server, TableBatch batch, ValueForm form) {
    this.connection = connection;
    this.server = server;
    this.batch = batch;
    this.layout = batch.layout();
    this.steps = new TableSteps(layout, form);
  }

  /**
   * @throws Refused when this level cannot do it
   * @throws SQLException for anything that another level would not change
   */
  void write() throws Refused, SQLException {
    try {
      switch (batch.level()) {
        case SETS -> run(batch.ready().isEmpty() ? steps.sets(net()) : batch.ready());
        case REPLACE -> run(steps.replace(net()));
        case ONE_BY_ONE -> oneByOne();
      }
    } catch (SQLException e) {
      String state = e.getSQLState() == null ? "" : e.getSQLState();
      if (state.startsWith("23") || IDENTITY_REFUSED.contains(state)) {
        throw new Refused(batch, constraint(e, state));
      }
      if (state.startsWith("22")) {
        throw value(e);
      }
      throw e;
    }
  }

  private Net net() throws Refused {
    Optional<Net> net = Fold.of(batch.ops(), layout::key, layout.allColumns());
    return net.orElseThrow(
        () -> new Refused(batch, divergence("changes that contradict one another", 1, 0)));
  }

  private void oneByOne() throws Refused, SQLException {
    List<Tuple> inserts = new ArrayList<>();
    for (RowOp op : batch.ops()) {
      if (!(op instanceof RowOp.Insert) || layout.hasKey()) {
        insert(inserts);
      }
      switch (op) {
        case RowOp.Insert insert -> inserts.add(insert.row());
        case RowOp.Update update -> run(steps.updateOne(update));
        case RowOp.Delete delete -> run(steps.deleteOne(delete.old()));
      }
    }
    insert(inserts);
  }

  private void insert(List<Tuple> rows) throws Refused, SQLException {
    Optional<Step.Rows> step = steps.insert(rows);
    rows.clear();
    if (step.isPresent()) {
      run(step.get());
    }
  }

  private void run(List<Step> all) throws Refused, SQLException {
    for (Step step : all) {
      run(step);
    }
  }

  private void run(Step step) throws Refused, SQLException {
    check(step.what(), step.wanted(), step.run(connection));
  }

  private void check(String what, long wanted, long seen) throws Refused {
    if (wanted != seen) {
      throw new Refused(batch, divergence(what, wanted, seen));
    }
  }

  private FramException divergence(String what, long wanted, long seen) {
    return new FramException(
        ErrorCode.ROW_DIVERGENCE,
        server
            + ": table "
            + layout.table()
            + " is not what it must be: "
            + what
            + " of "
            + wanted
            + (wanted == 1 ? " row" : " rows")
            + " hit "
            + seen
            + ".",
        "Somebody else may have written to the target. Run fram verify to see the rows.");
  }

  // Neither keeps its cause: the server's detail quotes values.

  private FramException value(SQLException e) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        server
            + ": a column of table "
            + layout.table()
            + " cannot hold a value of the source: "
            + SqlErrors.message(e)
            + ".",
        "Compare the column types of both tables and change the target's; Fram then goes on by"
            + " itself.");
  }

  private FramException constraint(SQLException e, String state) {
    ErrorCode code =
        state.equals("23505") ? ErrorCode.ROW_DIVERGENCE : ErrorCode.CONSTRAINT_DIVERGENCE;
    return new FramException(
        code,
        server
            + ": a change of table "
            + layout.table()
            + " was refused: "
            + SqlErrors.message(e)
            + ".",
        "The source allowed it, so target and source differ, in rows or in the constraint."
            + " Run fram verify to see the rows.");
  }
}
