// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.api.probe.LinkProbe;
import java.util.Optional;

/**
 * The way from here to one server.
 *
 * @param server {@code host:port/database}
 * @param version product and version
 * @param tls how it is encrypted; empty when it is not
 * @param roundTrip the smallest question and its answer
 * @param sent from here to the server, all sessions together
 * @param received from the server to here
 * @param sessions how many sessions sent and received at a time
 */
public record LinkFigures(
    String server,
    String version,
    Optional<LinkProbe.Tls> tls,
    Latency roundTrip,
    Rate sent,
    Rate received,
    int sessions) {}
