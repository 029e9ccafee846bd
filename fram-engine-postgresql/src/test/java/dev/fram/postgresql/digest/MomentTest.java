// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.connection.Sql;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A moment stays as it was; what cannot be read as it was is never read as it is. */
class MomentTest {
  private static final TableId TABLE = new TableId("public", "t");
  private static final Span ALL = Span.of(TABLE);

  private static TwoDatabases databases() throws SQLException {
    return new TwoDatabases(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18))
        .both("CREATE TABLE t (id int PRIMARY KEY, v text)")
        .both("INSERT INTO t SELECT i, 'secret' FROM generate_series(1, 100) i");
  }

  private static void fails(ErrorCode code, ThrowingCallable read) {
    assertThatThrownBy(read)
        .isInstanceOfSatisfying(
            FramException.class,
            e -> {
              assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
              assertThat(e.getMessage()).contains("public.t").doesNotContain("secret");
            });
  }

  @Test
  void aRewrittenTableIsNotReadAsItIsNow() throws SQLException {
    try (TwoDatabases two = databases()) {
      for (String change :
          new String[] {
            "TRUNCATE t",
            "ALTER TABLE t ALTER id TYPE bigint",
            "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY, v text)",
            "ALTER TABLE t RENAME v TO w",
            "DROP TABLE t"
          }) {
        try (SourceMoment there = two.sourceMoment(Reveal.DIGESTS_ONLY, TABLE);
            TargetMoment here = two.targetMoment(Reveal.DIGESTS_ONLY)) {
          DigestReader target = here.digests();
          assertThat(target.buckets(ALL, 1)).isEqualTo(there.digests().buckets(ALL, 1));
          two.both(change);
          for (DigestReader reader : new DigestReader[] {there.digests(), target}) {
            fails(ErrorCode.SNAPSHOT_BROKEN, () -> reader.buckets(ALL, 1));
            fails(ErrorCode.SNAPSHOT_BROKEN, () -> reader.rows(ALL, 1, Set.of(0)));
            fails(ErrorCode.SNAPSHOT_BROKEN, () -> reader.rows(TABLE, Set.of("1")));
            fails(ErrorCode.SNAPSHOT_BROKEN, () -> reader.columns(TABLE, "1"));
          }
        }
      }
    }
  }

  @Test
  void whatIsWrittenLaterIsNotSeen() throws SQLException {
    try (TwoDatabases two = databases();
        SourceMoment there = two.sourceMoment(Reveal.DIGESTS_ONLY, TABLE);
        TargetMoment here = two.targetMoment(Reveal.DIGESTS_ONLY)) {
      assertThat(here.position()).isEmpty();
      TwoDatabases.run(two.onSource, "DELETE FROM t WHERE id < 50; ALTER TABLE t ADD x int");
      TwoDatabases.run(two.onTarget, "UPDATE t SET v = 'late'");
      assertThat(new Differences(there.digests(), here.digests(), 8).of(TABLE)).isEmpty();
    }
  }

  @Test
  void nobodyStandsBehindTheReader() throws SQLException {
    try (TwoDatabases two = databases();
        SourceMoment there = two.sourceMoment(Reveal.DIGESTS_ONLY, TABLE)) {
      DigestReader reader = there.digests();
      reader.buckets(ALL, 4);
      // No lock outlives a read.
      TwoDatabases.run(
          two.onSource, "SET lock_timeout = '2s'; BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
      fails(ErrorCode.LOCK_TIMEOUT, () -> reader.buckets(ALL, 4));
      TwoDatabases.run(two.onSource, "ROLLBACK");
      assertThat(reader.buckets(ALL, 4)).hasSize(4);
    }
  }

  @Test
  void aKeyIsLookedUpByItsIndex() throws SQLException {
    try (TwoDatabases two = databases();
        SourceMoment there = two.sourceMoment(Reveal.DIGESTS_ONLY, TABLE)) {
      TwoDatabases.run(
          two.onSource, "INSERT INTO t SELECT i, 'more' FROM generate_series(101, 20000) i");
      there.digests().rows(TABLE, Set.of("1", "2", "77", "20000", "-1"));
    }
    try (TwoDatabases two = databases()) {
      SnapshotSession session = SnapshotSession.begin(two.source);
      String plan =
          session.read(
              TABLE,
              c -> {
                TableSql sql = TableSql.of(c, TABLE, two.terms.keys().of(TABLE), RowHash.MD5);
                KeyLookup lookup = KeyLookup.of(c, TABLE, sql.key());
                lookup.byIndex(c);
                return String.join(
                    "\n",
                    Sql.list(
                        c,
                        "EXPLAIN " + sql.rows(lookup),
                        row -> row.getString(1),
                        lookup.parameters(java.util.List.of("1", "2"))));
              });
      session.close();
      assertThat(plan).contains("Index Scan using t_pkey").doesNotContain("Seq Scan");
    }
  }

  @Test
  void aServerThatIsAwayIsSaidToBe() throws SQLException {
    try (TwoDatabases two = databases();
        SourceMoment there = two.sourceMoment(Reveal.DIGESTS_ONLY, TABLE)) {
      DigestReader reader = there.digests();
      TwoDatabases.run(
          two.onSource,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE application_name = 'fram compare' AND datname = current_database()");
      fails(ErrorCode.CONNECTION_LOST, () -> reader.buckets(ALL, 4));
    }
  }
}
