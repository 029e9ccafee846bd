// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.mysql.binlog.TypeSamples;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Copying between real servers: values, ranges, and what a chunk leaves behind. */
class CopyTest {
  /** Larger than any table here: one chunk. */
  private static final long ONE = 1 << 30;

  @Nested
  class MySql80To97 extends Contract {
    @Override
    MySqlServer from() {
      return MySqlServer.plan(MySqlVersion.V8_0).withoutGtids().start();
    }

    @Override
    MySqlServer to() {
      return MySqlServer.plan(MySqlVersion.V9_7).setting("local_infile", "ON").start();
    }
  }

  @Nested
  class MariaDb114 extends Contract {
    @Override
    MySqlServer from() {
      return MySqlServer.plan(MySqlVersion.MARIADB_11_4).start();
    }

    @Override
    MySqlServer to() {
      return MySqlServer.plan(MySqlVersion.MARIADB_11_4).setting("local_infile", "OFF").start();
    }
  }

  /** What holds between every pair. */
  @Timeout(180)
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Contract {
    MySqlServer from;
    MySqlServer to;
    CopyRig rig;

    abstract MySqlServer from();

    abstract MySqlServer to();

    @BeforeAll
    void startServers() {
      from = from();
      to = to();
    }

    @AfterAll
    void stopServers() {
      from.close();
      to.close();
    }

    @BeforeEach
    void freshDatabases() throws SQLException {
      rig = new CopyRig(from, to);
    }

    @AfterEach
    void closeRig() {
      rig.close();
    }

    @Test
    void everyTypeArrivesExactly() throws SQLException {
      List<TypeSamples.Sample> samples = TypeSamples.forServer(from.version());
      SoftAssertions all = new SoftAssertions();
      for (int i = 0; i < samples.size(); i++) {
        TypeSamples.Sample sample = samples.get(i);
        List<String> rows = new ArrayList<>();
        rows.add("(0, NULL)");
        for (int k = 0; k < sample.values().size(); k++) {
          rows.add("(" + (k + 1) + ", " + sample.values().get(k) + ")");
        }
        String name = "t" + i;
        rig.both("CREATE TABLE " + name + " (id INT PRIMARY KEY, c " + sample.type() + ")");
        rig.source("INSERT INTO " + name + " VALUES " + String.join(", ", rows));
        try {
          rig.copy(name, 1 << 30);
          String query = "SELECT id, " + look(sample) + " FROM " + name + " ORDER BY id";
          all.assertThat(CopyRig.rows(to, query))
              .as(sample.type())
              .isEqualTo(CopyRig.rows(from, query));
        } catch (FramException e) {
          all.fail(sample.type() + ": " + e.getMessage(), e);
        }
      }
      all.assertAll();
    }

    private String look(TypeSamples.Sample sample) {
      return switch (sample.look()) {
        case NUMBER -> "CAST(c AS UNSIGNED), c + 0";
        case DOUBLE -> "c + 0e0, HEX(CAST(c + 0e0 AS CHAR))";
        case TEXT -> "CAST(c AS CHAR)";
        case BYTES -> "HEX(c)";
        case JSON -> "CAST(c AS CHAR), JSON_TYPE(c)";
      };
    }

    @Test
    void chunksOfAnyKeyHoldEachRowOnce() throws SQLException {
      rig.both(
          "CREATE TABLE ints (id BIGINT PRIMARY KEY, v CHAR(200))",
          "CREATE TABLE texts (id VARCHAR(40) CHARACTER SET utf8mb4 PRIMARY KEY, v CHAR(200))",
          "CREATE TABLE latin (id VARCHAR(40) CHARACTER SET latin1 PRIMARY KEY, v CHAR(200))",
          "CREATE TABLE bins (id VARBINARY(40) PRIMARY KEY, v CHAR(200))",
          "CREATE TABLE pairs (a VARCHAR(10), b DATETIME(6), c DECIMAL(20,5), v CHAR(200),"
              + " PRIMARY KEY (a, b, c))",
          "CREATE TABLE uniq (a INT NOT NULL, v CHAR(200), UNIQUE KEY u (a))",
          "CREATE TABLE enums (id ENUM('z','a','m'), n INT, v CHAR(200), PRIMARY KEY (id, n))");
      rig.source(
          "CREATE TABLE n (i INT PRIMARY KEY)",
          "INSERT INTO n VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
          "CREATE TABLE k AS SELECT a.i + 10 * b.i + 100 * c.i AS i FROM n a, n b, n c",
          "INSERT INTO ints SELECT i * i - 500, i FROM k",
          "INSERT INTO texts SELECT CONCAT(CHAR(65 + i % 60 USING utf8mb4), 'ž', i), i FROM k",
          "INSERT INTO latin SELECT CONCAT(CHAR(192 + i % 50 USING latin1), i, ' '), i FROM k",
          "INSERT INTO bins SELECT UNHEX(MD5(i)), i FROM k",
          "INSERT INTO pairs SELECT i % 7, '2024-01-01' + INTERVAL i % 13 SECOND, i / 8, i FROM k",
          "INSERT INTO uniq SELECT -i, i FROM k",
          "INSERT INTO enums SELECT 1 + i % 3, i, i FROM k",
          "ANALYZE TABLE ints, texts, latin, bins, pairs, uniq, enums");
      for (String name : List.of("ints", "texts", "latin", "bins", "pairs", "uniq", "enums")) {
        List<CopiedChunk> copied = rig.copy(name, 20_000);
        if (!name.equals("enums")) {
          assertThat(copied).as(name).hasSizeGreaterThan(3);
        }
        assertThat(copied.stream().mapToLong(CopiedChunk::rows).sum()).as(name).isEqualTo(1000);
        String all = "SELECT * FROM " + name + " ORDER BY v + 0, 1, 2";
        assertThat(CopyRig.rows(to, all)).as(name).isEqualTo(CopyRig.rows(from, all));
      }
    }

    @Test
    void whatTheServerComputesIsLeftToIt() throws SQLException {
      boolean maria = from.version().mariaDb();
      rig.both(
          "CREATE TABLE g (id INT AUTO_INCREMENT PRIMARY KEY, a INT,"
              + " v INT GENERATED ALWAYS AS (a + 1) VIRTUAL,"
              + " s INT GENERATED ALWAYS AS (a + 2) STORED, i INT "
              + (maria ? "INVISIBLE DEFAULT 9" : "DEFAULT 9 INVISIBLE")
              + ")");
      rig.source("INSERT INTO g (id, a, i) VALUES (0, 1, 100), (7, 2, 200)");
      rig.copy("g", 1 << 30);
      String query = "SELECT id, a, v, s, i FROM g ORDER BY id";
      assertThat(CopyRig.rows(to, query)).containsExactly("0|1|2|3|100|", "7|2|3|4|200|");
    }

    @Test
    void aTableWithoutAKeyIsReadFromOneExactState() throws SQLException {
      rig.both("CREATE TABLE heap (a INT, f FLOAT)");
      rig.source("INSERT INTO heap VALUES (1, 0.1), (1, 0.1), (2, NULL)");
      Table table = rig.table("heap", Optional.empty());
      try (MySqlSnapshot snapshot = rig.snapshot(table)) {
        rig.source("INSERT INTO heap VALUES (3, 3)", "DELETE FROM heap WHERE a = 2");
        assertThat(snapshot.fence(table.id())).isInstanceOf(Fence.Exact.class);
        for (Chunk chunk : snapshot.chunks(table, ONE)) {
          rig.copier.copy(chunk, snapshot, bytes -> {});
        }
      }
      assertThat(CopyRig.rows(to, "SELECT a FROM heap ORDER BY a"))
          .containsExactly("1|", "1|", "2|");
    }

    @Test
    void boundTablesAreReadFromOneState() throws SQLException {
      rig.both(
          "CREATE TABLE parent (id INT PRIMARY KEY)",
          "CREATE TABLE child (id INT PRIMARY KEY, p INT,"
              + " FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)",
          "CREATE TABLE plain (id INT PRIMARY KEY)");
      rig.source("INSERT INTO parent VALUES (1)", "INSERT INTO child VALUES (10, 1)");
      Table parent = rig.table("parent", Optional.of("b"));
      Table child = rig.table("child", Optional.of("b"));
      Table plain = rig.table("plain", Optional.empty());
      try (MySqlSnapshot snapshot = rig.snapshot(child, parent, plain)) {
        rig.source("DELETE FROM parent", "INSERT INTO plain VALUES (1)");
        assertThat(snapshot.fence(plain.id())).isInstanceOf(Fence.Fuzzy.class);
        assertThat(snapshot.fence(child.id())).isEqualTo(snapshot.fence(parent.id()));
        for (Table table : List.of(child, parent, plain)) {
          rig.copier.copy(snapshot.chunks(table, ONE).get(0), snapshot, bytes -> {});
        }
      }
      assertThat(CopyRig.rows(to, "SELECT id FROM parent")).containsExactly("1|");
      assertThat(CopyRig.rows(to, "SELECT id FROM child")).containsExactly("10|");
      assertThat(CopyRig.rows(to, "SELECT id FROM plain")).containsExactly("1|");
    }

    @Test
    void aChunkIsCopiedOnceHoweverOftenItIsAskedFor() throws SQLException {
      rig.both("CREATE TABLE t (id INT PRIMARY KEY)");
      rig.source("INSERT INTO t VALUES (1), (2)");
      Table table = rig.table("t", Optional.empty());
      try (MySqlSnapshot snapshot = rig.snapshot(table)) {
        Chunk chunk = snapshot.chunks(table, ONE).get(0);
        CopiedChunk first = rig.copier.copy(chunk, snapshot, bytes -> {});
        rig.source("INSERT INTO t VALUES (3)");
        assertThat(rig.copier.copy(chunk, snapshot, bytes -> {})).isEqualTo(first);
      }
      assertThat(CopyRig.rows(to, "SELECT fence <> '' FROM fram.chunk_done")).containsExactly("1|");
      rig.copier.empty(table.id());
      assertThat(CopyRig.rows(to, "SELECT 1 FROM fram.chunk_done")).isEmpty();
      assertThat(CopyRig.rows(to, "SELECT id FROM t")).isEmpty();
    }

    @Test
    void rowsThatAreAlreadyThereStopTheCopy() throws SQLException {
      rig.both("CREATE TABLE t (id INT PRIMARY KEY)");
      rig.source("INSERT INTO t VALUES (1), (2)");
      Table table = rig.table("t", Optional.empty());
      CopyRig.run(to, "INSERT INTO t VALUES (2)");
      try (MySqlSnapshot snapshot = rig.snapshot(table)) {
        Chunk chunk = snapshot.chunks(table, ONE).get(0);
        assertThatThrownBy(() -> rig.copier.copy(chunk, snapshot, bytes -> {}))
            .isInstanceOfSatisfying(
                FramException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.CONSTRAINT_DIVERGENCE));
      }
      assertThat(CopyRig.rows(to, "SELECT id FROM t")).containsExactly("2|");
    }

    @Test
    void aRunThatWasTakenOverCopiesNothing() throws SQLException {
      rig.both("CREATE TABLE t (id INT PRIMARY KEY)");
      rig.source("INSERT INTO t VALUES (1)");
      CopyRig.run(to, "UPDATE fram.migration SET epoch = 2");
      Table table = rig.table("t", Optional.empty());
      try (MySqlSnapshot snapshot = rig.snapshot(table)) {
        Chunk chunk = snapshot.chunks(table, ONE).get(0);
        assertThatThrownBy(() -> rig.copier.copy(chunk, snapshot, bytes -> {}))
            .isInstanceOfSatisfying(
                FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
      }
      assertThat(CopyRig.rows(to, "SELECT id FROM t")).isEmpty();
    }

    @Test
    void aTableOfAnotherEngineIsReplacedWhole() throws SQLException {
      rig.both("CREATE TABLE m (id INT, v VARCHAR(10)) ENGINE = MyISAM");
      rig.source("INSERT INTO m VALUES (1, 'a'), (1, 'a')");
      CopyRig.run(to, "INSERT INTO m VALUES (9, 'old')");
      assertThat(rig.copier.copyWhole(CopyRig.id("m")).rows()).isEqualTo(2);
      assertThat(CopyRig.rows(to, "SELECT id, v FROM m")).containsExactly("1|a|", "1|a|");
    }

    @Test
    void anAlteredTableBreaksTheSnapshot() throws SQLException {
      rig.both("CREATE TABLE t (id INT PRIMARY KEY)");
      Table table = rig.table("t", Optional.empty());
      try (MySqlSnapshot snapshot = rig.snapshot(table)) {
        rig.source("ALTER TABLE t ADD c INT");
        assertThatThrownBy(() -> snapshot.verifyPinned(table.id()))
            .isInstanceOfSatisfying(
                FramException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_BROKEN));
      }
    }
  }
}
