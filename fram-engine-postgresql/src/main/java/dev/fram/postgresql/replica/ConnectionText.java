// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.replica;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;

/**
 * How the target reaches the source, in the words of libpq (manual 34.1.1).
 *
 * @param address as the target's machine knows it
 * @param database the source's
 * @param encryption libpq's {@code sslmode}
 */
public record ConnectionText(Address address, String database, String encryption) {

  /**
   * @param source as Fram reaches it
   */
  public static ConnectionText of(Endpoint source, Address address) {
    return new ConnectionText(address, source.database(), encryption(source));
  }

  /**
   * As the user asked for, but that no certificate is looked at: the authority's file is on Fram's
   * machine and not on the target's.
   */
  static String encryption(Endpoint source) {
    String ssl = source.parameters().getOrDefault("ssl", "false");
    boolean asked = ssl.isEmpty() || ssl.equalsIgnoreCase("true");
    String mode = source.parameters().getOrDefault("sslmode", asked ? "require" : "prefer");
    return switch (mode) {
      case "disable" -> "disable";
      case "require", "verify-ca", "verify-full" -> "require";
      default -> "prefer";
    };
  }

  String text(String user, Secret password) {
    return text(user) + " dbname=" + quoted(database) + " password=" + quoted(password.reveal());
  }

  /** For physical replication, which knows no database; the password is elsewhere. */
  public String text(String user) {
    return "host="
        + quoted(address.host())
        + " port="
        + address.port()
        + " user="
        + quoted(user)
        + " sslmode="
        + encryption
        + " connect_timeout=10";
  }

  /** A value as libpq reads it. */
  public static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
