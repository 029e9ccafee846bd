// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Secret;
import dev.fram.api.probe.LogProbe;
import dev.fram.api.probe.TargetProbe;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The target's log, written for the disk's sake: as many bytes as are said, and no reader's. */
@Timeout(120)
class SequentialWriteTest {
  private static final int PIECE = 4 << 20;

  /** So many in a row cross the end of a segment, whatever its size here, 16 MiB. */
  private static final int PIECES = 6;

  @AfterAll
  static void stop() {
    ServerPair.closeAll();
  }

  @ParameterizedTest
  @EnumSource(ServerPair.Product.class)
  void putsAsManyBytesIntoTheLogAsItSays(ServerPair.Product product) throws Exception {
    ServerPair pair = ServerPair.of(product);
    pair.forceTargetLog(true);
    try (Route route = open(pair);
        TargetProbe probe = route.targetProbe()) {
      probe.create();
      LogProbe log = probe.log();
      assertThat(log.obstacle()).isEmpty();
      long before = pair.targetLogBytes();
      long said = 0;
      for (int i = 0; i < PIECES; i++) {
        said += log.stage(PIECE);
        log.write();
        assertThat(log.written().orElseThrow()).isBetween(PIECE * 9L / 10, PIECE * 11L / 10);
      }
      assertThat(pair.targetLogBytes() - before).isBetween(said * 9 / 10, said * 11 / 10);
      assertThat(pair.onTarget("SELECT count(*) FROM fram.scratch")).isEqualTo("0");
      probe.drop();
    } finally {
      pair.forceTargetLog(false);
    }
    assertThat(pair.schemas(pair.target())).doesNotContain("fram");
  }

  @ParameterizedTest
  @EnumSource(ServerPair.Product.class)
  void aServerThatDoesNotForceItsLogTellsNothing(ServerPair.Product product) {
    ServerPair pair = ServerPair.of(product);
    try (Route route = open(pair);
        TargetProbe probe = route.targetProbe()) {
      assertThat(probe.log().obstacle().orElseThrow()).contains("does not force");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ServerPair.Product.class,
      names = {"MYSQL", "MARIADB"})
  void aLoginThatMayNotSeeTheLogsEndIsTold(ServerPair.Product product) throws Exception {
    ServerPair pair = ServerPair.of(product);
    pair.onTarget("CREATE USER narrow@'%' IDENTIFIED BY 'Narrow-1'");
    pair.forceTargetLog(true);
    Endpoint target = pair.target();
    Endpoint narrow =
        new Endpoint(
            target.scheme(),
            target.host(),
            target.port(),
            "narrow",
            "",
            target.parameters(),
            Optional.of(new Secret("Narrow-1")));
    try (Route route = open(pair, narrow);
        TargetProbe probe = route.targetProbe()) {
      assertThat(probe.log().obstacle().orElseThrow()).contains("REPLICATION CLIENT");
    } finally {
      pair.forceTargetLog(false);
      pair.onTarget("DROP USER narrow@'%'");
    }
  }

  /** Where MariaDB chooses the format itself, an update of a number is a statement. */
  @Test
  void theWholeRowIsWrittenWhereTheFormatIsMixed() throws Exception {
    ServerPair pair = ServerPair.of(ServerPair.Product.MARIADB);
    pair.onTarget("SET GLOBAL binlog_format = 'MIXED'");
    pair.forceTargetLog(true);
    try (Route route = open(pair);
        TargetProbe probe = route.targetProbe()) {
      probe.create();
      OptionalLong written = write(probe.log());
      assertThat(written.orElseThrow()).isGreaterThan(PIECE * 8L / 10);
      probe.drop();
    } finally {
      pair.forceTargetLog(false);
      pair.onTarget("SET GLOBAL binlog_format = 'ROW'");
    }
  }

  /** A connector that hands messages on must not get megabytes of noise. */
  @Test
  void whoeverDecodesTheLogOfPostgresSeesNothing() throws Exception {
    ServerPair pair = ServerPair.of(ServerPair.Product.POSTGRESQL);
    pair.onTarget("SELECT pg_create_logical_replication_slot('reader', 'test_decoding')");
    try (Route route = open(pair);
        TargetProbe probe = route.targetProbe()) {
      assertThat(write(probe.log())).isPresent();
      pair.onTarget("SELECT pg_logical_emit_message(true, 'test', 'seen')");
      assertThat(
              pair.onTarget(
                  "SELECT string_agg(left(data, 60), ';')"
                      + " FROM pg_logical_slot_get_changes('reader', NULL, NULL)"
                      + " WHERE data LIKE 'message%'"))
          .contains("test")
          .doesNotContain("fram");
    } finally {
      pair.onTarget("SELECT pg_drop_replication_slot('reader')");
    }
  }

  private static OptionalLong write(LogProbe log) {
    assertThat(log.stage(PIECE)).isPositive();
    log.write();
    return log.written();
  }

  private static Route open(ServerPair pair) {
    return open(pair, pair.target());
  }

  private static Route open(ServerPair pair, Endpoint target) {
    return pair.engine()
        .open(new RouteRequest(pair.source(), target, new Scope(List.of(), List.of()), Set.of()));
  }
}
