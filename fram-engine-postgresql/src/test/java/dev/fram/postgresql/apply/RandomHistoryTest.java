// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Several sessions write at random, with savepoints, rollbacks, key moves, swaps of unique values
 * and values kept out of line; the target gets them in batches of random size, with sessions that
 * die in between.
 */
class RandomHistoryTest {
  private static final Set<String> EXPECTED = Set.of("23505", "40P01", "55P03");
  private static final int WRITERS = 3;

  @ParameterizedTest
  @CsvSource({"V15, 1", "V18, 2", "V15, 3"})
  void theTargetBecomesTheSource(PostgresVersion from, long seed) throws Exception {
    Random random = new Random(seed);
    try (FeedRig rig = new FeedRig(Servers.of(from), Servers.of(PostgresVersion.V18))) {
      rig.both(
          "CREATE TABLE keyed (id int PRIMARY KEY, u int UNIQUE, v text, big text); ALTER TABLE keyed"
              + " ALTER big SET STORAGE EXTERNAL; CREATE TABLE pair (a int, b text, n int, PRIMARY"
              + " KEY (a, b)); CREATE TABLE loose (a int, b text)");
      rig.onSource("ALTER TABLE loose REPLICA IDENTITY FULL");
      rig.follow("keyed", "pair", "loose");
      for (int round = 0; round < 12; round++) {
        write(rig, random.nextLong());
        List<FeedEvent> events = rig.drain();
        if (random.nextInt(4) == 0) {
          loseSession(rig, events);
          events = rig.drain();
        }
        applyInPieces(rig, events, random);
        rig.same("keyed");
        rig.same("pair");
        rig.same("loose");
      }
      assertThat(rig.same("keyed")).isNotEmpty();
    }
  }

  private static void loseSession(FeedRig rig, List<FeedEvent> events) throws SQLException {
    rig.applier().begin(rig.position);
    rig.applier().apply(events.subList(0, events.size() / 2));
    rig.reopen();
  }

  private static void applyInPieces(FeedRig rig, List<FeedEvent> events, Random random) {
    List<FeedEvent> batch = new ArrayList<>();
    int transactions = 0;
    for (FeedEvent event : events) {
      batch.add(event);
      boolean whole = event instanceof FeedEvent.Commit || event instanceof FeedEvent.Idle;
      if (whole && ++transactions > random.nextInt(40)) {
        rig.apply(batch);
        batch.clear();
        transactions = 0;
      }
    }
    if (!batch.isEmpty()) {
      rig.apply(batch);
    }
  }

  private static void write(FeedRig rig, long seed) throws Exception {
    List<Thread> writers = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Random random = new Random(seed + i);
      Thread writer =
          Thread.ofPlatform()
              .name("writer-" + i)
              .uncaughtExceptionHandler((thread, failure) -> {
                synchronized (failures) {
                  failures.add(failure);
                }
              })
              .start(() -> writeTransactions(rig, random));
      writers.add(writer);
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(failures).isEmpty();
  }

  private static void writeTransactions(FeedRig rig, Random random) {
    try (Connection connection = rig.source.open("writer");
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = public; SET lock_timeout = '2s'");
      connection.setAutoCommit(false);
      for (int i = 0; i < 12; i++) {
        try {
          int statements = 1 + random.nextInt(6);
          for (int j = 0; j < statements; j++) {
            statement.execute("SAVEPOINT s");
            statement.execute(statement(random));
            if (random.nextInt(6) == 0) {
              statement.execute("ROLLBACK TO s");
            }
          }
          if (random.nextInt(10) == 0) {
            connection.rollback();
          } else {
            connection.commit();
          }
        } catch (SQLException e) {
          assertThat(EXPECTED).as(e.getMessage()).contains(e.getSQLState());
          connection.rollback();
        }
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static String statement(Random random) {
    int a = random.nextInt(30);
    int b = random.nextInt(30);
    String big = "repeat(md5('" + random.nextInt() + "'), 100)";
    return switch (random.nextInt(14)) {
      case 0, 1, 2 ->
          "INSERT INTO keyed VALUES ("
              + a
              + ", "
              + b
              + ", 'v', "
              + big
              + ") ON CONFLICT DO NOTHING";
      case 3 -> "UPDATE keyed SET v = v || 'x' WHERE id BETWEEN " + a + " AND " + (a + 5);
      case 4 -> "UPDATE keyed SET big = " + big + " WHERE id = " + a;
      case 5 -> "UPDATE keyed SET id = " + b + " WHERE id = " + a;
      case 6 -> "UPDATE keyed SET u = " + b + " WHERE id = " + a;
      case 7 ->
          "WITH x AS (DELETE FROM keyed WHERE id IN ("
              + a
              + ", "
              + b
              + ") RETURNING *) INSERT INTO"
              + " loose SELECT id, v FROM x";
      case 8 ->
          "DO $$ DECLARE x int; y int; BEGIN SELECT u INTO x FROM public.keyed WHERE id = "
              + a
              + "; SELECT u INTO y FROM public.keyed WHERE id = "
              + b
              + "; IF x IS NOT NULL AND y IS NOT NULL THEN UPDATE public.keyed SET u = -x - 1 WHERE"
              + " id = "
              + a
              + "; UPDATE public.keyed SET u = x WHERE id = "
              + b
              + "; UPDATE public.keyed SET u = y WHERE id = "
              + a
              + " AND id <> "
              + b
              + "; END IF; END $$";
      case 9 ->
          "INSERT INTO pair VALUES (" + a % 5 + ", '" + b % 5 + "', 0) ON CONFLICT DO NOTHING";
      case 10 -> "UPDATE pair SET n = n + 1, b = b || '' WHERE a = " + a % 5;
      case 11 -> "UPDATE loose SET b = b || 'y' WHERE a = " + a;
      case 12 -> "DELETE FROM pair WHERE a = " + a % 5 + " AND b = '" + b % 5 + "'";
      default -> random.nextInt(20) == 0 ? "TRUNCATE loose" : "DELETE FROM loose WHERE a = " + b;
    };
  }
}
