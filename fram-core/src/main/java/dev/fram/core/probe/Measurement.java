// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import java.util.Optional;

/**
 * Everything that was measured. Rates are per second, bytes are bytes, an empty optional is
 * unknown.
 */
public record Measurement(
    HostFigures host,
    LinkFigures sourceLink,
    LinkFigures targetLink,
    SourceFigures source,
    TargetFigures target,
    Optional<ComparisonFigures> comparison,
    Forecast forecast,
    Optional<Soak> soak) {}
