// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.traffic.Address;
import java.util.Optional;

/**
 * The wish that the database's own means bring the whole server over (MySQL: the CLONE plugin), and
 * not Fram table by table.
 *
 * @param source where the target reaches the source; empty where that is the address that Fram uses
 */
public record ServerClone(Optional<Address> source) {}
