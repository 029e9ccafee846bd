// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.model.TableId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the feed's events of the log's: whole transactions in order, only what is in scope, each
 * with its position. A transaction is passed on as it is read, whatever its size; only XA
 * transactions are kept back until their outcome is known. Knows no server. Owned by the feed's
 * thread.
 */
final class TransactionReader implements AutoCloseable {
  private static final byte[] NOTHING = new byte[0];

  /** Stands for "no table" in an event that only ends a statement. */
  private static final long NO_TABLE = 0xFFFFFF;

  private final EventQueue queue;
  private final FeedScope scope;
  private final LogPlace place;
  private final FeedStops stops;
  private final Map<Long, TableMap> tables = new HashMap<>();
  private final Map<TableId, TableMap> described = new HashMap<>();
  private final Map<String, Group.Xa> prepared = new LinkedHashMap<>();
  private Optional<Group> group = Optional.empty();
  private final BinlogPosition from;
  private Optional<BinlogPosition> given = Optional.empty();

  TransactionReader(BinlogPosition from, FeedScope scope, EventQueue queue, String server) {
    this.from = from;
    this.queue = queue;
    this.scope = scope;
    this.place = LogPlace.at(from);
    this.stops = new FeedStops(server);
    idle();
  }

  /** Takes the next event of the log. */
  void take(LogEvent event) {
    try {
      switch (event.type()) {
        case EventCode.GTID,
            EventCode.ANONYMOUS_GTID,
            EventCode.GTID_TAGGED,
            EventCode.MARIADB_GTID -> {
          begin(event);
          pass(event);
        }
        default -> {
          pass(event);
          inside(event);
        }
      }
      idle();
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw stops.unreadable(event.type(), place.text(), e);
    }
  }

  /** The last position that was given out. */
  BinlogPosition reached() {
    return given.orElse(from);
  }

  /** Opens a compressed transaction. */
  PayloadEvents unpack(LogEvent event) {
    try {
      return PayloadEvents.of(event);
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw stops.unreadable(event.type(), place.text(), e);
    }
  }

  /** The next event of a compressed transaction. */
  Optional<LogEvent> next(PayloadEvents payload) {
    try {
      return payload.next();
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw stops.unreadable(EventCode.TRANSACTION_PAYLOAD, place.text(), e);
    }
  }

  @Override
  public void close() {
    prepared.values().forEach(xa -> xa.buffer().close());
    group.flatMap(Group::xa).ifPresent(xa -> xa.buffer().close());
  }

  private void pass(LogEvent event) {
    if (!event.artificial()) {
      place.passed(event.next());
    }
  }

  private void begin(LogEvent event) {
    if (group.isPresent()) {
      throw stops.cut(place.text());
    }
    GroupStart start = GroupStart.read(event);
    if (place instanceof LogPlace.OfSets && start.gtid().isEmpty()) {
      throw stops.withoutGtid(place.text());
    }
    TransactionMark mark = place.mark(start.gtid());
    group = Optional.of(new Group(mark, start, place.old(mark)));
  }

  private void inside(LogEvent event) {
    switch (event.type()) {
      case EventCode.QUERY, EventCode.MARIADB_QUERY_COMPRESSED -> query(QueryEvent.read(event));
      case EventCode.TABLE_MAP ->
          tables.put(RowsReader.tableId(event), TableMapReader.read(event.bytes()));
      case EventCode.XID -> commit();
      case EventCode.XA_PREPARE -> prepare(event.bytes());
      case EventCode.ROTATE -> rotate(event.bytes());
      case EventCode.HEARTBEAT -> heartbeat(event);
      case EventCode.PARTIAL_UPDATE_ROWS -> partial(event);
      case EventCode.INCIDENT -> throw stops.incident(place.text());
      case EventCode.EXECUTE_LOAD_QUERY -> load(event.bytes());
      case EventCode.FORMAT_DESCRIPTION, EventCode.STOP -> {
        if (group.isPresent() && !event.artificial()) {
          throw stops.cut(place.text());
        }
      }
      case EventCode.INTVAR,
          EventCode.RAND,
          EventCode.USER_VAR,
          EventCode.BEGIN_LOAD_QUERY,
          EventCode.IGNORABLE,
          EventCode.ROWS_QUERY,
          EventCode.PREVIOUS_GTIDS,
          EventCode.TRANSACTION_CONTEXT,
          EventCode.VIEW_CHANGE,
          EventCode.HEARTBEAT_V2,
          EventCode.MARIADB_ANNOTATE_ROWS,
          EventCode.MARIADB_CHECKPOINT,
          EventCode.MARIADB_GTID_LIST,
          EventCode.MARIADB_START_ENCRYPTION -> {}
      default -> other(event);
    }
  }

  private void other(LogEvent event) {
    if (RowsReader.rows(event.type())) {
      rows(event);
    } else if (!event.ignorable()) {
      throw stops.unknown(event.type(), place.text());
    }
  }

  private void rows(LogEvent event) {
    long id = RowsReader.tableId(event);
    if (id == NO_TABLE) {
      return;
    }
    TableMap table = described(id);
    if (scope.follows(table.table())) {
      emit(table);
      RowsReader.read(event, table).forEach(row -> emit(new FeedEvent.Row(row.payload())));
    }
  }

  /** LOAD DATA as a statement: the database stands where QUERY has it, 13 bytes later. */
  private void load(LogBytes in) {
    in.skip(8);
    int length = in.u8();
    in.skip(2);
    in.skip(in.u16() + 13);
    if (scope.covers(in.text(length))) {
      throw stops.loadStatement(place.text());
    }
    endOfStatement();
  }

  private void partial(LogEvent event) {
    TableId table = described(RowsReader.tableId(event)).table();
    if (scope.follows(table)) {
      throw stops.partialJson(table, place.text());
    }
  }

  private TableMap described(long id) {
    TableMap table = tables.get(id);
    if (table == null) {
      throw new IndexOutOfBoundsException("rows of a table that was not described");
    }
    return table;
  }

  /** How the table looks, unless the reader knows. */
  private void emit(TableMap table) {
    Map<TableId, TableMap> known =
        group.flatMap(Group::xa).map(Group.Xa::described).orElse(described);
    Group current = open();
    if (current.old && current.xa().isEmpty()) {
      return;
    }
    if (!table.equals(known.put(table.table(), table))) {
      emit(new FeedEvent.SchemaChange(table.payload()));
    }
  }

  private void emit(FeedEvent event) {
    Group current = open();
    if (current.xa().isPresent()) {
      current.xa().get().buffer().add(event);
    } else if (!current.old) {
      announce(current);
      queue.add(event);
    }
  }

  private void announce(Group current) {
    if (current.announce()) {
      queue.add(new FeedEvent.Begin(current.start.committedAtMillis(), current.mark.payload()));
    }
  }

  private Group open() {
    return group.orElseThrow(() -> stops.cut(place.text()));
  }

  private void query(QueryEvent query) {
    StatementKind kind = StatementKind.of(query);
    switch (kind) {
      case StatementKind.Begin b -> open().begin();
      case StatementKind.Commit c -> commit();
      case StatementKind.Rollback r -> rollback(query);
      case StatementKind.XaStart start -> open().becomes(new Group.Xa(start.xid()));
      case StatementKind.XaCommit xa -> decide(xa.xid(), Outcome.COMMIT);
      case StatementKind.XaRollback xa -> decide(xa.xid(), Outcome.ROLLBACK);
      case StatementKind.Nothing n -> {
        // A server puts a comment where an event stood that it thinks we do not know.
        if (group.isPresent()) {
          endOfStatement();
        }
      }
      case StatementKind.Truncate truncate -> {
        if (scope.follows(truncate.table())) {
          emit(new FeedEvent.Truncate(new Truncation(truncate.table()).payload()));
        }
        endOfStatement();
      }
      case StatementKind.Dml dml -> dml(dml);
      case StatementKind.Ddl ddl -> {
        boolean table = ddl.table().map(scope::follows).orElse(true);
        if (table && ddl.databases().stream().anyMatch(scope::covers)) {
          emit(new FeedEvent.Statement(statement(query).payload()));
        }
        endOfStatement();
      }
    }
  }

  /** Outside BEGIN and COMMIT a statement is a transaction of its own. */
  private void endOfStatement() {
    if (!open().begun()) {
      commit();
    }
  }

  private void dml(StatementKind.Dml dml) {
    boolean ours =
        dml.table()
            .map(scope::follows)
            .orElseGet(() -> dml.databases().stream().anyMatch(scope::covers));
    if (ours && !open().old) {
      throw stops.statement(dml, place.text());
    }
    endOfStatement();
  }

  private DdlStatement statement(QueryEvent query) {
    return new DdlStatement(
        // CREATE TABLE .. SELECT is logged as a transaction: the table, then its rows.
        query.sql().replaceFirst("(?i)\\s+START\\s+TRANSACTION\\s*$", ""),
        query.database().isEmpty() ? Optional.empty() : Optional.of(query.database()),
        query.sqlMode(),
        query.charsets(),
        query.timeZone(),
        place.text());
  }

  private void commit() {
    Group current = open();
    place.ended(current.mark, current.start.domainGtid());
    group = Optional.empty();
    tables.clear();
    if (current.announced()) {
      BinlogPosition end = place.position().orElseThrow();
      given = Optional.of(end);
      queue.add(new FeedEvent.Commit(end, NOTHING));
    }
  }

  /** Logged only when a table without transactions was written: what stays and what goes? */
  private void rollback(QueryEvent query) {
    Group current = open();
    if (current.announced() && !current.old) {
      throw stops.rollback(place.text());
    }
    boolean back = SqlWords.of(query.sql(), 3).stream().anyMatch(w -> w.is("TO"));
    if (!back) {
      commit();
    }
  }

  /** What became of a prepared transaction. */
  private enum Outcome {
    COMMIT,
    ROLLBACK
  }

  private void prepare(LogBytes in) {
    boolean onePhase = in.u8() != 0;
    long format = in.signed(4);
    int global = (int) in.u32();
    int branch = (int) in.u32();
    String xid = StatementKind.xid(format, in.take(global), in.take(branch));
    Group current = open();
    Group.Xa xa = current.xa().orElseGet(() -> new Group.Xa(xid));
    prepared.put(xid, xa);
    if (onePhase) {
      decide(xid, Outcome.COMMIT);
      return;
    }
    place.ended(current.mark, current.start.domainGtid());
    place.prepared(xid, current.mark);
    group = Optional.empty();
    tables.clear();
  }

  private void decide(String xid, Outcome outcome) {
    Group.Xa xa = prepared.remove(xid);
    place.decided(xid);
    Group current = open();
    if (xa == null) {
      if (outcome == Outcome.COMMIT && !current.old) {
        throw stops.unknownXa(place.text());
      }
    } else if (outcome == Outcome.ROLLBACK || current.old || xa.described().isEmpty()) {
      xa.buffer().close();
    } else {
      announce(current);
      queue.addAll(xa.buffer().drain());
      // The tables may have been described otherwise since: describe them again.
      xa.described().keySet().forEach(described::remove);
    }
    commit();
  }

  private void rotate(LogBytes in) {
    long offset = in.i64();
    if (group.isPresent()) {
      throw stops.cut(place.text());
    }
    place.rotated(new LogPoint(in.rest(), offset));
  }

  /** The server's word that there is nothing more than this; the file's name is in the body. */
  private void heartbeat(LogEvent event) {
    String file = event.bytes().rest();
    if (group.isEmpty() && !file.isEmpty() && event.next() > 0) {
      place.rotated(new LogPoint(file, event.next()));
    }
  }

  /** Between transactions every step forward is told: a quiet source is followed too. */
  private void idle() {
    if (group.isPresent()) {
      return;
    }
    Optional<BinlogPosition> now = place.position();
    if (now.isPresent() && !now.equals(given)) {
      given = now;
      queue.add(new FeedEvent.Idle(now.get()));
    }
  }
}
