// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

/**
 * A column.
 *
 * @param name its name
 * @param typeOid its type's object id; below 16384 it is the same on every server
 * @param typeName its type with modifiers, qualified unless built in
 * @param generated {@code pg_attribute.attgenerated}: blank, s or v
 */
public record Column(String name, long typeOid, String typeName, char generated) {
  /** Whether the server computes it: it is never copied, and never written. */
  public boolean computed() {
    return generated != ' ';
  }
}
