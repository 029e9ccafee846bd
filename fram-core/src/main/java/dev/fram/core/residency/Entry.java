// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import java.util.Map;
import java.util.TreeMap;

/**
 * One entry of the residency record.
 *
 * @param number its place, from 1
 * @param atMillis when it was written, milliseconds since 1970
 * @param kind {@code run}, {@code moved}, {@code completed}, {@code statement}
 * @param facts what it says: texts, whole numbers, lists and maps of these
 * @param previous the hash of the entry before; 64 zeros for the first
 * @param hash SHA-256 of the rest in its canonical form, hexadecimal
 */
public record Entry(
    int number,
    long atMillis,
    String kind,
    Map<String, Object> facts,
    String previous,
    String hash) {
  public Entry {
    facts = new TreeMap<>(facts);
  }
}
