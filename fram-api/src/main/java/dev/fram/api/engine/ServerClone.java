// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.traffic.Address;
import java.util.Optional;

/**
 * The wish that the database's own means bring the whole server over, and not Fram table by table.
 *
 * @param kind by which of them
 * @param source where the target reaches the source; empty where that is the address that Fram uses
 */
public record ServerClone(Kind kind, Optional<Address> source) {
  /** What brings it. */
  public enum Kind {
    /** MySQL's CLONE plugin. */
    CLONE("clone", "MySQL"),
    /** PostgreSQL's streaming base backup. */
    BASE_BACKUP("base-backup", "PostgreSQL");

    private final String word;
    private final String product;

    Kind(String word, String product) {
      this.word = word;
      this.product = product;
    }

    /** As the user writes it after {@code --copy=}. */
    public String word() {
      return word;
    }

    /** Whose it is. */
    public String product() {
      return product;
    }
  }
}
