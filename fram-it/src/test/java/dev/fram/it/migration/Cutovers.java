// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.status.Command;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.Comparison;
import java.util.List;

/** Asks a running migration for its cutover as another process would. */
final class Cutovers {
  private Cutovers() {}

  static Answer cutOver(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .cutover(status -> {});
  }

  static Answer dryRun(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .cutoverDryRun();
  }

  /** Asks it to compare everything anew. */
  static Answer verify(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .verify(Comparison.everything(), status -> {});
  }

  /** Asks it to compare everything anew and to repair what differs. */
  static Answer repair(Move move) {
    return new MigrationClient(
            move.engine(), move.request(), MigrationSettings.defaults(), Clock.system())
        .verify(
            new Comparison(List.of(), Command.Differences.REPAIR, Reveal.DIGESTS_ONLY, Part.WHOLE),
            status -> {});
  }
}
