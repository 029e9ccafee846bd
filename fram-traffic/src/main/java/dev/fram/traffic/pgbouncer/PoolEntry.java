// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import dev.fram.api.traffic.Address;
import java.util.Map;
import java.util.Optional;

/** A line of SHOW DATABASES. */
record PoolEntry(
    String name, Optional<Address> address, String poolMode, String paused, String disabled) {

  static PoolEntry of(Map<String, String> row) {
    String host = row.getOrDefault("host", "");
    return new PoolEntry(
        row.getOrDefault("name", ""),
        host.isEmpty()
            ? Optional.empty()
            : Optional.of(new Address(host, Integer.parseInt(row.getOrDefault("port", "0")))),
        row.getOrDefault("pool_mode", ""),
        row.getOrDefault("paused", "0"),
        row.getOrDefault("disabled", "0"));
  }

  boolean isPaused() {
    return paused.equals("1");
  }
}
