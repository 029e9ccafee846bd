// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/**
 * What a table looks like.
 *
 * @param definition changes when its columns, keys or place in a partition tree change
 * @param storage changes when the server rewrites it (PostgreSQL: the file node); may go on with a
 *     bar and a text that changes whenever a column was altered, even to what it was
 */
public record Fingerprint(String definition, String storage) {
  /**
   * Whether values may have been changed by a rewrite that the log does not tell: the storage is
   * new and a column was altered, though the definition reads as before.
   */
  public boolean recast(Fingerprint now) {
    String[] then = storage.split("\\|", 2);
    String[] current = now.storage.split("\\|", 2);
    return then.length == 2
        && current.length == 2
        && !then[0].equals(current[0])
        && !then[1].equals(current[1]);
  }
}
