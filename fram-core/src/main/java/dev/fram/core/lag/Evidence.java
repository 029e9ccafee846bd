// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import dev.fram.api.engine.ApplyMoment;
import java.util.List;

/**
 * What was seen while the target was behind.
 *
 * @param lagMillis age of the oldest transaction that is not applied
 * @param transactions how many were read and are not applied
 * @param backlogBytes how much that is
 * @param onDiskBytes how much of it waits on this machine's disk
 * @param roundTripMillis how long the target takes to answer a small question, in the median
 * @param moments what the applier did, look by look
 */
public record Evidence(
    long lagMillis,
    long transactions,
    long backlogBytes,
    long onDiskBytes,
    double roundTripMillis,
    List<ApplyMoment> moments) {}
