// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.core.run.MigrationSettings;
import java.time.Duration;

/**
 * What the demo does.
 *
 * @param pair the two servers
 * @param writers threads that write
 * @param ratePerSecond transactions a second, of all writers together
 * @param rows rows in the large table at the start
 * @param afterwards how long the writers go on, on the target
 * @param cutover whether it cuts over by itself
 */
public record DemoPlan(
    DemoPair pair,
    int writers,
    double ratePerSecond,
    long rows,
    Duration afterwards,
    MigrationSettings.Mode cutover) {}
