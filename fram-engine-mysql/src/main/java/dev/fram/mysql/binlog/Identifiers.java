// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * MariaDB's types of a fixed length that the log writes as they are stored, and that take a text
 * only. Zero bytes at the end are left out in the log.
 */
public final class Identifiers {
  private static final HexFormat HEX = HexFormat.of();

  private Identifiers() {}

  /** The value's text; empty when the type is none of these. */
  public static Optional<String> text(byte[] logged, String type) {
    return switch (type) {
      case "uuid" -> Optional.of(uuid(Arrays.copyOf(logged, 16)));
      case "inet6" -> Optional.of(inet6(Arrays.copyOf(logged, 16)));
      case "inet4" -> Optional.of(inet4(Arrays.copyOf(logged, 4)));
      default -> Optional.empty();
    };
  }

  /**
   * Versions 1 to 5 are stored back to front, by groups, so that they sort by time; the others as
   * they are. Which it is shows in the two bytes that hold version and variant (MariaDB,
   * sql_type_uuid.h).
   */
  private static String uuid(byte[] stored) {
    boolean backwards = (stored[6] & 0x80) != 0 && stored[8] > 0;
    String hex = HEX.formatHex(stored);
    return backwards
        ? group(hex, 24, 32)
            + "-"
            + group(hex, 20, 24)
            + "-"
            + group(hex, 16, 20)
            + "-"
            + group(hex, 12, 16)
            + "-"
            + group(hex, 0, 12)
        : group(hex, 0, 8)
            + "-"
            + group(hex, 8, 12)
            + "-"
            + group(hex, 12, 16)
            + "-"
            + group(hex, 16, 20)
            + "-"
            + group(hex, 20, 32);
  }

  private static String group(String hex, int from, int to) {
    return hex.substring(from, to);
  }

  private static String inet6(byte[] stored) {
    StringJoiner groups = new StringJoiner(":");
    for (int i = 0; i < stored.length; i += 2) {
      groups.add(HEX.toHexDigits(stored[i]) + HEX.toHexDigits(stored[i + 1]));
    }
    return groups.toString();
  }

  private static String inet4(byte[] stored) {
    StringJoiner parts = new StringJoiner(".");
    for (byte part : stored) {
      parts.add(Integer.toString(part & 0xFF));
    }
    return parts.toString();
  }
}
