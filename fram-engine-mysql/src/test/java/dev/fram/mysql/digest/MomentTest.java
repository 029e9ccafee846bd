// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Seen;
import dev.fram.api.engine.Span;
import dev.fram.api.model.TableId;
import dev.fram.mysql.RunningServers;
import dev.fram.mysql.binlog.BinlogFeed;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.FeedScope;
import dev.fram.mysql.binlog.FeedStart;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.binlog.Value;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a source's moment says of transactions is true of the rows that it reads, while many write
 * (ALGORITHMS B1): all rows but those that a transaction in doubt has touched are as the certain
 * transactions leave them.
 */
@Timeout(300)
class MomentTest {
  private static final TableId TABLE = new TableId("moment", "t");
  private static final int WRITERS = 8;
  private static final int KEYS = 40;

  /** More by {@code -Dfram.mysql.moments=1000}. */
  private static final int MOMENTS = Integer.getInteger("fram.mysql.moments", 6);

  /** One transaction of the log. */
  private record Transaction(FeedEvent.Begin begin, List<RowChange> changes) {
    Set<Long> keys() {
      Set<Long> keys = new TreeSet<>();
      for (RowChange change : changes) {
        List.of(change.before(), change.after()).stream()
            .filter(row -> !row.isEmpty())
            .forEach(row -> keys.add(number(row, 1)));
      }
      return keys;
    }
  }

  /** A moment and what it has read. */
  private record Taken(MySqlSourceMoment moment, List<RowDigest> rows) {}

  @ParameterizedTest
  @EnumSource
  void rowsAreThoseAfterTheCertainTransactions(MySqlVersion version) throws Exception {
    check(RunningServers.source(version), version.mariaDb() ? 0 : Integer.MAX_VALUE, MOMENTS);
  }

  @Test
  void alsoWhereTransactionsHaveNoNames() throws Exception {
    try (MySqlServer server = MySqlServer.plan(MySqlVersion.V8_0).withoutGtids().start()) {
      check(server, Integer.MAX_VALUE, Math.max(5, MOMENTS / 5));
    }
  }

  private static void check(MySqlServer server, int mostInDoubt, int moments) throws Exception {
    server.dropDatabase("moment");
    server.createDatabase("moment");
    server.execute("moment", "CREATE TABLE t (n bigint NOT NULL, id int PRIMARY KEY)");
    Connector source = new Connector(server.endpoint(""), "source");
    try (Connection own = source.open("test")) {
      BinlogPosition start = FeedStart.find(own, text -> {});
      List<Taken> taken = underWriters(server, source, own, moments);
      List<Transaction> log = read(source, start, SourceLog.position(own));
      int inDoubt = 0;
      for (int i = 0; i < moments; i++) {
        inDoubt += verify(taken.get(i), log, i);
      }
      assertThat(log).hasSizeGreaterThan(10 * moments);
      assertThat(inDoubt).isLessThanOrEqualTo(mostInDoubt);
    } finally {
      source.closeAll();
    }
  }

  /** Right before each moment and right after it this session commits something of its own. */
  private static List<Taken> underWriters(
      MySqlServer server, Connector source, Connection own, int moments) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Random random = new Random(i);
      writers.add(Thread.ofPlatform().start(() -> write(server, random, stop)));
    }
    List<Taken> taken = new ArrayList<>();
    try {
      for (int i = 0; i < moments; i++) {
        Sql.run(own, "INSERT INTO moment.t (id, n) VALUES (" + before(i) + ", 0)");
        try (MySqlSourceMoment moment =
            MySqlSourceMoment.take(source, List.of(), Reveal.DIGESTS_ONLY)) {
          Sql.run(own, "INSERT INTO moment.t (id, n) VALUES (" + (before(i) + 1) + ", 0)");
          taken.add(new Taken(moment, moment.digests().rows(Span.of(TABLE), 1, Set.of(0))));
        }
      }
    } finally {
      stop.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
    }
    return taken;
  }

  private static int before(int moment) {
    return 1000 + 2 * moment;
  }

  private static void write(MySqlServer server, Random random, AtomicBoolean stop) {
    try (Connection connection = server.connect("moment")) {
      connection.setAutoCommit(false);
      while (!stop.get()) {
        int first = random.nextInt(KEYS);
        Sql.run(
            connection,
            "INSERT INTO t (id, n) VALUES ("
                + first
                + ", "
                + random.nextInt()
                + ") ON DUPLICATE KEY UPDATE n = VALUES(n)");
        // Always upwards: no deadlock.
        int second = first + 1 + random.nextInt(KEYS);
        Sql.run(
            connection,
            random.nextBoolean()
                ? "DELETE FROM t WHERE id = " + second + " AND id < " + KEYS
                : "UPDATE t SET n = n + 1 WHERE id = " + second + " AND id < " + KEYS);
        connection.commit();
      }
    } catch (SQLException e) {
      // A deadlock ends this writer; the others go on.
      stop.compareAndSet(false, e.getErrorCode() != 1213);
    }
  }

  private static List<Transaction> read(Connector source, BinlogPosition from, BinlogPosition to) {
    FeedScope scope =
        new FeedScope() {
          @Override
          public boolean follows(TableId table) {
            return table.equals(TABLE);
          }

          @Override
          public boolean covers(String database) {
            return database.equals(TABLE.schema());
          }
        };
    List<Transaction> log = new ArrayList<>();
    try (BinlogFeed feed = BinlogFeed.open(source, from, scope, new Random(5))) {
      boolean reached = false;
      while (!reached) {
        Optional<FeedEvent> event = feed.poll(Duration.ofMillis(100));
        if (event.isEmpty()) {
          continue;
        }
        switch (event.get()) {
          case FeedEvent.Begin begin -> log.add(new Transaction(begin, new ArrayList<>()));
          case FeedEvent.Row row -> log.getLast().changes().add(RowChange.read(row.payload()));
          case FeedEvent.Commit commit -> reached = commit.end().covers(to);
          case FeedEvent.Idle idle -> reached = idle.reached().covers(to);
          default -> {}
        }
      }
    }
    return log;
  }

  /** Returns how many transactions were in doubt. */
  private static int verify(Taken taken, List<Transaction> log, int number)
      throws NoSuchAlgorithmException {
    Map<Long, Long> state = new HashMap<>();
    Set<Long> doubtful = new TreeSet<>();
    int inDoubt = 0;
    for (Transaction transaction : log) {
      Seen seen = taken.moment().seen(transaction.begin());
      Set<Long> keys = transaction.keys();
      if (keys.contains((long) before(number))) {
        assertThat(seen).as("committed before").isEqualTo(Seen.YES);
      }
      if (keys.contains(before(number) + 1L)) {
        assertThat(seen).as("begun after").isEqualTo(Seen.NO);
      }
      switch (seen) {
        case YES -> transaction.changes().forEach(change -> apply(change, state));
        case PERHAPS -> {
          doubtful.addAll(keys);
          inDoubt++;
        }
        case NO -> {}
      }
    }
    List<RowDigest> expected = new ArrayList<>();
    for (Map.Entry<Long, Long> row : state.entrySet()) {
      if (!doubtful.contains(row.getKey())) {
        expected.add(digest(row.getKey(), row.getValue()));
      }
    }
    assertThat(taken.rows().stream().filter(r -> !doubtful.contains(Long.valueOf(r.key()))))
        .as("moment " + number)
        .containsExactlyInAnyOrderElementsOf(expected);
    return inDoubt;
  }

  private static void apply(RowChange change, Map<Long, Long> state) {
    switch (change.op()) {
      case INSERT, UPDATE -> state.put(number(change.after(), 1), number(change.after(), 0));
      case DELETE -> state.remove(number(change.before(), 1));
    }
  }

  private static long number(List<Value> row, int column) {
    return ((Value.Int) row.get(column)).signed();
  }

  /** What the server computes, computed here: columns by name. */
  private static RowDigest digest(long id, long n) throws NoSuchAlgorithmException {
    byte[] text = (id + "," + n + ",").getBytes(StandardCharsets.UTF_8);
    ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text));
    return new RowDigest(Long.toString(id), hash.getLong(), hash.getLong(), 1);
  }
}
