// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;

/**
 * How a run that did not fail has ended.
 *
 * @param phase the phase it left: SERVING, COMPLETED, CANCELLED, or any other when it was stopped
 * @param status the last picture
 */
public record RunResult(PhaseName phase, Status status) {}
