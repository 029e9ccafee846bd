// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

import dev.fram.api.traffic.TrafficSwitch;

/**
 * A switch with its place in the user's settings.
 *
 * @param name the same in every run: the journal knows it by this
 * @param plug what does it
 */
record Switch(String name, TrafficSwitch plug) {}
