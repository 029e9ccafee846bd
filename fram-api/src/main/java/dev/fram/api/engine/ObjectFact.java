// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.TableId;
import java.util.Optional;

/**
 * One object of a server as its own catalog tells it, read without the code that migrates it: so
 * that what that code forgot is found.
 *
 * @param id which object
 * @param definition a fingerprint, the same for the same object on both servers; empty where only
 *     its presence can be compared
 * @param rows the table, where rows belong to it
 * @param due when it has to be on the target
 * @param reach whether it belongs to what is migrated, or to the whole server
 * @param excludedBy the user's word that leaves it out ({@code --exclude=log.*}); empty when it has
 *     to arrive
 */
public record ObjectFact(
    Id id,
    String definition,
    Optional<TableId> rows,
    Due due,
    Reach reach,
    Optional<String> excludedBy) {

  /**
   * What an object is known by on both servers.
   *
   * @param kind the server's own word for what it is: {@code table}, {@code event trigger}
   * @param schema its schema or database; empty when it is in none
   * @param name its whole name, as the server writes it
   */
  public record Id(String kind, String schema, String name) implements Comparable<Id> {
    @Override
    public int compareTo(Id other) {
      int byKind = kind.compareTo(other.kind);
      int bySchema = byKind != 0 ? byKind : schema.compareTo(other.schema);
      return bySchema != 0 ? bySchema : name.compareTo(other.name);
    }

    /** For people: {@code index shop.by_name}. */
    @Override
    public String toString() {
      return kind + " " + name;
    }
  }

  /** When an object that is missing on the target is left over, and not just still to come. */
  public enum Due {
    WITH_THE_TABLES,
    WITH_THE_INDEXES,
    WITH_THE_CONSTRAINTS,
    AT_THE_CUTOVER,
    /** Fram does not carry it over: a person has to. */
    NEVER
  }

  /** Whose an object is. */
  public enum Reach {
    DATABASE,
    /** Others may have such objects of their own on the target. */
    SERVER
  }
}
