// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.traffic.Address;
import java.util.Optional;

/**
 * The wish that the target fetches and applies the changes itself, as the database's own replica of
 * the source, and Fram only conducts it.
 *
 * @param source where the target reaches the source; empty where that is the address that Fram uses
 */
public record NativeFeed(Optional<Address> source) {}
