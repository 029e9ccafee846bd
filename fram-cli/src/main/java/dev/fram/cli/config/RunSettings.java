// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import dev.fram.api.model.Endpoint;
import dev.fram.core.residency.Places;
import dev.fram.core.residency.ResidencyRules;
import dev.fram.core.run.MigrationSettings;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Turns the user's words into the core's settings; what has no key keeps the core's default. */
public final class RunSettings {
  private RunSettings() {}

  public static MigrationSettings from(ConfigValues values, Surroundings surroundings) {
    return MigrationSettings.defaults()
        .withCopy(copy(values))
        .withStream(stream(values, surroundings))
        .withVerify(verify(values))
        .withCutover(cutover(values))
        .withReverse(reverse(values))
        .withTraffic(Switches.settings(values, surroundings))
        .withGuard(guard(values))
        .withRetry(retry(values))
        .withPlaces(places(values));
  }

  private static Places places(ConfigValues values) {
    return new Places(
        values.text(ConfigKey.SOURCE_PLACE).orElse(""),
        values.text(ConfigKey.TARGET_PLACE).orElse(""),
        values.text(ConfigKey.FRAM_PLACE).orElse(""),
        values.text(ConfigKey.SSH_PLACE).orElse(""),
        values.list(ConfigKey.RESIDENCY_ALLOW));
  }

  /**
   * Before a password is looked for or anything is connected to.
   *
   * @throws dev.fram.api.error.FramException RESIDENCY_REFUSED, CONFIG_INVALID
   */
  public static void requireResidency(ConfigValues values) {
    new ResidencyRules(places(values))
        .check(
            Endpoint.parse(values.text(ConfigKey.SOURCE).orElseThrow()),
            Endpoint.parse(values.text(ConfigKey.TARGET).orElseThrow()),
            JumpHosts.names(values));
  }

  private static MigrationSettings.Copy copy(ConfigValues values) {
    return new MigrationSettings.Copy(
        values.count(ConfigKey.JOBS),
        values.count(ConfigKey.INDEX_JOBS),
        values.duration(ConfigKey.SNAPSHOT_MAX_AGE),
        values.bytes(ConfigKey.CHUNK_SIZE),
        MigrationSettings.Copy.defaults().groupBytes());
  }

  private static MigrationSettings.Stream stream(ConfigValues values, Surroundings surroundings) {
    MigrationSettings.Stream defaults = MigrationSettings.Stream.defaults();
    return new MigrationSettings.Stream(
        values.bytes(ConfigKey.BACKLOG_MEMORY),
        values
            .text(ConfigKey.BACKLOG_FOLDER)
            .map(surroundings::path)
            .orElse(defaults.backlogFolder()),
        values.bytes(ConfigKey.MIN_FREE_DISK),
        defaults.batchChanges(),
        defaults.batchBytes(),
        defaults.batchDelay());
  }

  private static MigrationSettings.Verify verify(ConfigValues values) {
    MigrationSettings.Verify defaults = MigrationSettings.Verify.defaults();
    return new MigrationSettings.Verify(
        values.text(ConfigKey.VERIFY).filter("off"::equals).isPresent()
            ? MigrationSettings.VerifyMode.OFF
            : MigrationSettings.VerifyMode.CONTINUOUS,
        values.count(ConfigKey.VERIFY_JOBS),
        values.count(ConfigKey.VERIFY_PACE),
        defaults.groupBytes(),
        defaults.again(),
        defaults.ledgerKeys(),
        values.flag(ConfigKey.ACCEPT_DIFFERENCES)
            ? MigrationSettings.Differences.ACCEPT
            : MigrationSettings.Differences.REFUSE,
        values.count(ConfigKey.REPAIR_LIMIT));
  }

  private static MigrationSettings.Cutover cutover(ConfigValues values) {
    return new MigrationSettings.Cutover(
        values.text(ConfigKey.CUTOVER).filter("auto"::equals).isPresent()
            ? MigrationSettings.Mode.AUTO
            : MigrationSettings.Mode.MANUAL,
        values.duration(ConfigKey.WRITE_BLOCK_BUDGET),
        values.duration(ConfigKey.MAX_LAG),
        values.count(ConfigKey.CUTOVER_ATTEMPTS));
  }

  private static MigrationSettings.Reverse reverse(ConfigValues values) {
    return new MigrationSettings.Reverse(
        values.window(ConfigKey.REVERSE_WINDOW),
        values.given(ConfigKey.REVERSE_WINDOW)
            ? MigrationSettings.Wish.ASKED
            : MigrationSettings.Wish.WHERE_POSSIBLE);
  }

  private static MigrationSettings.Guard guard(ConfigValues values) {
    return new MigrationSettings.Guard(
        bytes(values, ConfigKey.MAX_RETAINED_LOG),
        MigrationSettings.Guard.defaults().leastLog(),
        bytes(values, ConfigKey.MAX_COPY_RATE),
        values.given(ConfigKey.MAX_SOURCE_LATENCY_INCREASE)
            ? OptionalInt.of(values.count(ConfigKey.MAX_SOURCE_LATENCY_INCREASE))
            : OptionalInt.empty());
  }

  private static OptionalLong bytes(ConfigValues values, ConfigKey key) {
    return values.given(key) ? OptionalLong.of(values.bytes(key)) : OptionalLong.empty();
  }

  private static MigrationSettings.Retry retry(ConfigValues values) {
    MigrationSettings.Retry defaults = MigrationSettings.Retry.defaults();
    return new MigrationSettings.Retry(
        values.duration(ConfigKey.RETRY_BUDGET),
        defaults.firstDelay(),
        defaults.maxDelay(),
        defaults.tableTries());
  }
}
