// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

/**
 * How quick the machine is that Fram runs on, with whatever else it has to do now.
 *
 * @param stepsPerMicrosecond of an arithmetic of which each step needs the one before: the same
 *     work everywhere, that touches neither memory nor disk nor network
 */
public record HostFigures(double stepsPerMicrosecond) {
  /** The machine on which the forecast's fixed times were found (docs/explanation/forecast.md). */
  static final double USUAL = 400;

  /** How much longer than there the same work takes here. */
  public double slower() {
    return USUAL / Math.max(1, stepsPerMicrosecond);
  }
}
