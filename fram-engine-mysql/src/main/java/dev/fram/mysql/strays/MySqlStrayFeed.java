// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.strays;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.StrayLine;
import dev.fram.api.engine.StrayReader;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogFeed;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.FeedScope;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.Truncation;
import dev.fram.mysql.binlog.Value;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.journal.ReverseRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Stray writes by the binary log ({@code FeedRow.Hold.TOUCH} makes Fram's own known). How far it
 * was read stands in {@code fram.reverse_feed}. Owned by one thread.
 */
public final class MySqlStrayFeed extends StrayReader {
  private static final TableId MARKER = new TableId("fram", "reverse_feed");

  /** How old the recorded place may get while nothing is found: each record is a write there. */
  private static final Duration RECORD = Duration.ofSeconds(60);

  private final SharedSession session;
  private final MigrationId id;
  private final Map<TableId, List<Column>> columns = new HashMap<>();
  private BinlogPosition reached;
  private BinlogPosition recorded;
  private boolean found;
  private long recordedAt = System.nanoTime();
  private long committedAt;
  private String transaction = "";

  /** What is followed, and the row that tells whose a transaction is. */
  private record Scope(FeedScope followed) implements FeedScope {
    @Override
    public boolean follows(TableId table) {
      return table.equals(MARKER) || followed.follows(table);
    }

    @Override
    public boolean covers(String database) {
      return followed.covers(database);
    }
  }

  private MySqlStrayFeed(
      ChangeFeed feed, SharedSession session, MigrationId id, BinlogPosition from) {
    super(feed);
    this.session = session;
    this.id = id;
    this.reached = from;
    this.recorded = from;
  }

  /**
   * @param from everything before it was looked through, or brought over
   */
  public static MySqlStrayFeed open(
      Connector old,
      MigrationId id,
      FeedScope followed,
      BinlogPosition from,
      RandomGenerator random) {
    ChangeFeed feed = BinlogFeed.open(old, from, new Scope(followed), random);
    return new MySqlStrayFeed(feed, new SharedSession(old, "strays"), id, from);
  }

  @Override
  public void kept() {
    boolean due = found || System.nanoTime() - recordedAt > RECORD.toNanos();
    if (!due || !handedOut() || reached.equals(recorded)) {
      return;
    }
    BinlogPosition read = reached;
    session.write(
        "recording how far its log was looked through",
        c -> {
          new ReverseRecord(id).straysUntil(c, read);
          return 0;
        });
    recorded = read;
    recordedAt = System.nanoTime();
    found = false;
  }

  @Override
  public void close() {
    super.close();
    session.close();
  }

  @Override
  protected void take(FeedEvent event) {
    switch (event) {
      case FeedEvent.Begin begin -> {
        begin();
        committedAt = begin.committedAtMillis();
        transaction = new String(begin.payload(), StandardCharsets.UTF_8);
      }
      case FeedEvent.SchemaChange change -> columns.clear();
      case FeedEvent.Row row -> row(RowChange.read(row.payload()));
      case FeedEvent.Truncate truncate -> truncate(Truncation.read(truncate.payload()).table());
      case FeedEvent.Commit commit -> reached = (BinlogPosition) commit.end();
      case FeedEvent.Idle idle -> reached = (BinlogPosition) idle.reached();
      case FeedEvent.Statement statement -> {}
    }
  }

  private void row(RowChange change) {
    boolean marker = change.table().equals(MARKER);
    if (stray(marker && own(change)) && !marker) {
      StrayLine line = line(change.table()).act(change.op().name().toLowerCase(Locale.ROOT));
      List<Column> known = columns.computeIfAbsent(change.table(), this::read);
      if (!change.after().isEmpty()) {
        StrayCells.add(line, "row", known, change.after());
      }
      if (!change.before().isEmpty()) {
        StrayCells.add(line, "old", known, change.before());
      }
      keep(new Stray(change.table(), line.bytes()));
    }
  }

  private void truncate(TableId table) {
    if (stray(false)) {
      keep(new Stray(table, line(table).act("truncate").bytes()));
    }
  }

  private void keep(Stray stray) {
    found = true;
    found(stray);
  }

  private boolean own(RowChange change) {
    List<Value> row = change.after().isEmpty() ? change.before() : change.after();
    return StrayCells.is(row.getFirst(), id.value());
  }

  private List<Column> read(TableId table) {
    return session.read(
        "reading the catalog",
        c -> Catalog.table(c, table).map(CatalogTable::columns).orElse(List.of()));
  }

  private StrayLine line(TableId table) {
    return new StrayLine(committedAt, transaction, table);
  }
}
