// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A network in CIDR form, of either family.
 *
 * @param first its first address
 * @param bits how many leading bits count
 * @param text as it was written
 */
record Network(InetAddress first, int bits, String text) {

  /** A country's code has neither. */
  static boolean looksLike(String text) {
    return text.indexOf('/') >= 0 || text.indexOf('.') >= 0 || text.indexOf(':') >= 0;
  }

  /**
   * @throws FramException CONFIG_INVALID
   */
  static Network parse(String text) {
    try {
      String[] parts = text.split("/", 2);
      if (parts.length < 2
          || !parts[0].matches("[0-9a-fA-F.:]+")
          || !parts[0].matches(".*[.:].*")) {
        throw wrong(text);
      }
      // A text of digits, dots and colons is never looked up by name.
      InetAddress first = InetAddress.getByName(parts[0]);
      int bits = Integer.parseInt(parts[1]);
      if (bits < 0 || bits > first.getAddress().length * 8) {
        throw wrong(text);
      }
      return new Network(first, bits, text);
    } catch (UnknownHostException | NumberFormatException e) {
      throw wrong(text);
    }
  }

  boolean holds(InetAddress address) {
    byte[] bytes = first.getAddress();
    byte[] other = address.getAddress();
    if (other.length != bytes.length) {
      return false;
    }
    int whole = bits / 8;
    if (!Arrays.equals(bytes, 0, whole, other, 0, whole)) {
      return false;
    }
    int rest = bits % 8;
    int mask = rest == 0 ? 0 : 0xFF << (8 - rest);
    return rest == 0 || (bytes[whole] & mask) == (other[whole] & mask);
  }

  @Override
  public String toString() {
    return text;
  }

  private static FramException wrong(String text) {
    return new FramException(
        ErrorCode.CONFIG_INVALID,
        "residency-allow: \"" + text + "\" is neither a country nor a network.",
        "Write a country as two letters (DE), a network as 10.1.0.0/16 or fd00::/8.");
  }
}
