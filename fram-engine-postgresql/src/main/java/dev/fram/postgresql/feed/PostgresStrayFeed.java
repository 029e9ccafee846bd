// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.StrayLine;
import dev.fram.api.engine.StrayReader;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.pgoutput.PgOutput;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.RowMessage;
import dev.fram.postgresql.pgoutput.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Stray writes by logical decoding. Owned by one thread. */
public final class PostgresStrayFeed extends StrayReader {
  /** The table whose rows Fram's own transactions begin with. */
  public static final TableId MARKER = new TableId("fram", "reverse_feed");

  private final ReplicationFeed feed;
  private final MigrationId id;
  private final Map<Integer, Relation> relations = new HashMap<>();
  private Optional<Lsn> reached = Optional.empty();
  private long committedAt;
  private long xid;

  /**
   * @param feed of a publication that holds {@link #MARKER} besides the migration's tables
   */
  public PostgresStrayFeed(ReplicationFeed feed, MigrationId id) {
    super(feed);
    this.feed = feed;
    this.id = id;
  }

  @Override
  public void kept() {
    if (handedOut()) {
      reached.ifPresent(feed::confirm);
    }
  }

  @Override
  protected void take(FeedEvent event) {
    switch (event) {
      case FeedEvent.Begin begin -> {
        begin();
        committedAt = begin.committedAtMillis();
        xid = TransactionHeader.decode(begin.payload()).xid();
      }
      case FeedEvent.SchemaChange change -> {
        Relation relation = PgOutput.relation(change.payload());
        relations.put(relation.oid(), relation);
      }
      case FeedEvent.Row row -> row(PgOutput.row(row.payload()));
      case FeedEvent.Truncate truncate ->
          PgOutput.truncate(truncate.payload()).relations().forEach(this::truncate);
      case FeedEvent.Commit commit -> reached = Optional.of((Lsn) commit.end());
      case FeedEvent.Idle idle -> reached = Optional.of((Lsn) idle.reached());
      case FeedEvent.Statement statement -> {}
    }
  }

  private void row(RowMessage message) {
    Relation relation = relation(message.relation());
    boolean marker = relation.table().equals(MARKER);
    if (stray(marker && own(relation, message)) && !marker) {
      StrayLine line = line(relation.table());
      switch (message) {
        case RowMessage.Insert insert -> add(line.act("insert"), "row", relation, insert.row());
        case RowMessage.Update update -> {
          add(line.act("update"), "row", relation, update.row());
          update.old().ifPresent(old -> add(line, "old", relation, old));
        }
        case RowMessage.Delete delete -> add(line.act("delete"), "old", relation, delete.old());
      }
      found(new Stray(relation.table(), line.bytes()));
    }
  }

  private void truncate(int oid) {
    TableId table = relation(oid).table();
    if (stray(false) && !table.equals(MARKER)) {
      found(new Stray(table, line(table).act("truncate").bytes()));
    }
  }

  private boolean own(Relation relation, RowMessage message) {
    Tuple row =
        switch (message) {
          case RowMessage.Insert insert -> insert.row();
          case RowMessage.Update update -> update.row();
          case RowMessage.Delete delete -> delete.old();
        };
    int column = relation.indexOf("id");
    return column >= 0
        && !row.isNull(column)
        && !row.isHole(column)
        && row.text(column).equals(id.value());
  }

  private static void add(StrayLine line, String name, Relation relation, Tuple row) {
    line.begin(name);
    for (int i = 0; i < row.columns(); i++) {
      String column = relation.columns().get(i).name();
      if (row.isNull(i)) {
        line.empty(column);
      } else if (!row.isHole(i)) {
        line.cell(column, row.bytes(i));
      }
    }
    line.end();
  }

  private StrayLine line(TableId table) {
    return new StrayLine(committedAt, String.valueOf(xid), table);
  }

  private Relation relation(int oid) {
    return Objects.requireNonNull(relations.get(oid), "a row before its table's layout");
  }
}
