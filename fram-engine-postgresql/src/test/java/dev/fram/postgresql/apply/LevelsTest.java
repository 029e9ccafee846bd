// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.postgresql.pgoutput.PgOutput;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.RowMessage;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The three ways to write a batch come to the same rows. */
class LevelsTest {
  @ParameterizedTest
  @ValueSource(strings = {"DEFAULT", "FULL"})
  void everyLevelWritesTheSame(String identity) throws Exception {
    try (FeedRig rig =
        new FeedRig(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18))) {
      rig.both(
          "CREATE TABLE t (id int PRIMARY KEY, a int GENERATED ALWAYS AS IDENTITY, g int GENERATED"
              + " ALWAYS AS (id * 2) STORED, v text, big text); ALTER TABLE t ALTER big SET STORAGE"
              + " EXTERNAL");
      rig.onSource("ALTER TABLE t REPLICA IDENTITY " + identity).follow("t");
      rig.onSource(
          "INSERT INTO t (id, v, big) SELECT i, 'v', repeat(md5(i::text), 100) FROM"
              + " generate_series(1, 50) i");
      List<FeedEvent> first = rig.drain();
      rig.apply(first);
      rig.onSource("UPDATE t SET v = 'w' WHERE id < 30; UPDATE t SET big = NULL WHERE id = 3");
      rig.onSource("UPDATE t SET id = id + 100 WHERE id > 40; DELETE FROM t WHERE id % 5 = 0");
      rig.onSource(
          "INSERT INTO t (id, v) VALUES (5, 'new'), (200, 'x'); DELETE FROM t WHERE id = 200");
      rig.onSource("UPDATE t SET v = v || id; UPDATE t SET id = id WHERE id = 1");
      List<FeedEvent> events = new ArrayList<>(first);
      List<FeedEvent> changes = rig.drain();
      events.addAll(changes);
      String expected =
          FeedRig.text(rig.onSource, "SELECT string_agg(concat(t), '' ORDER BY id) FROM t");
      for (TableBatch.Level level : TableBatch.Level.values()) {
        assertThat(written(rig, events, changes, level)).as(level.name()).isEqualTo(expected);
      }
    }
  }

  /** Two rows may bear one value of it for the length of a statement, so it tells no row. */
  @Test
  void aDeferrableKeyTellsNoRow() throws Exception {
    try (FeedRig rig =
        new FeedRig(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18))) {
      rig.both("CREATE TABLE d (id int PRIMARY KEY DEFERRABLE INITIALLY IMMEDIATE, v text)");
      rig.onSource("ALTER TABLE d REPLICA IDENTITY FULL").follow("d");
      rig.onSource("INSERT INTO d VALUES (1, 'a'), (2, 'b')");
      rig.sync();
      rig.onSource("UPDATE d SET id = 3 - id");
      rig.sync();
      assertThat(rig.same("d")).contains("a", "b");
    }
  }

  private static String written(
      FeedRig rig, List<FeedEvent> events, List<FeedEvent> changes, TableBatch.Level level)
      throws Exception {
    try (Connection connection = rig.target.open("test")) {
      connection.setAutoCommit(false);
      TableBatch batch = batch(connection, events, changes);
      while (batch.level() != level) {
        assertThat(batch.nextLevel()).isTrue();
      }
      new TableWriter(connection, "target", batch, ValueForm.TEXT).write();
      String rows = "SELECT string_agg(concat(t), '' ORDER BY id) FROM public.t";
      return FeedRig.text(connection, rows);
    }
  }

  private static TableBatch batch(
      Connection connection, List<FeedEvent> events, List<FeedEvent> changes) throws Exception {
    Relation relation =
        events.stream()
            .filter(FeedEvent.SchemaChange.class::isInstance)
            .map(event -> PgOutput.relation(event.payload()))
            .findFirst()
            .orElseThrow();
    Layout layout =
        Layout.of(relation, TargetTable.load(connection, relation.table()).orElseThrow());
    TableBatch batch = new TableBatch(layout);
    FenceFilter filter = new FenceFilter(Fences.load(connection));
    for (FeedEvent event : changes) {
      if (event instanceof FeedEvent.Row row) {
        RowMessage message = PgOutput.row(row.payload());
        filter.filter(relation, message, Long.MAX_VALUE).ifPresent(batch::add);
      }
    }
    return batch;
  }
}
