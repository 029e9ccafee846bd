// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A target whose commits are not durable by default (synchronous_commit = off) would forget after a
 * crash what the source was told that it has, or what the source has decided since. So each session
 * that writes what something else rests upon asks for durable commits by itself.
 */
class DurabilityTest {
  private static final String LOOK =
      """
      CREATE TABLE public.seen (what text, mode text);
      CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.seen VALUES (TG_TABLE_NAME, current_setting('synchronous_commit'));
        RETURN NULL; END $$;
      """;

  @ParameterizedTest
  @ValueSource(strings = {"migration", "feed", "chunk_done"})
  void whatCountsIsCommittedDurably(String record) throws SQLException {
    try (PostgresServer lazy =
            PostgresServer.plan(PostgresVersion.V18).setting("synchronous_commit", "off").start();
        RouteRig rig =
            new RouteRig(
                Servers.of(PostgresVersion.V15), lazy, "CREATE TABLE t (id int PRIMARY KEY)")) {
      List<Table> tables = rig.prepare();
      RouteRig.run(rig.onTarget, LOOK);
      RouteRig.run(
          rig.onTarget,
          "CREATE TRIGGER look AFTER INSERT OR UPDATE ON fram."
              + record
              + " FOR EACH ROW EXECUTE FUNCTION public.look();"
              + " ALTER TABLE fram."
              + record
              + " ENABLE ALWAYS TRIGGER look");
      assertThat(RouteRig.text(rig.onTarget, "SHOW synchronous_commit")).isEqualTo("off");
      rig.copy(tables, 1_000_000);
      RouteRig.run(rig.onSource, "INSERT INTO t VALUES (1)");
      rig.follow(rig.route.source().mark());
      rig.route.target().journal().savePhase(rig.lease.epoch(), "CUTTING_OVER", "{}");
      assertThat(seen(rig, "count(*) > 0")).isEqualTo("t");
      assertThat(seen(rig, "count(*) FILTER (WHERE mode <> 'on')")).isEqualTo("0");
    }
  }

  private static String seen(RouteRig rig, String what) throws SQLException {
    return RouteRig.text(rig.onTarget, "SELECT " + what + " FROM public.seen");
  }
}
