// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.model.TableId;
import java.util.Map;
import java.util.Optional;

/**
 * One object of the source, as it was read.
 *
 * @param kind what it is
 * @param database its database; empty for accounts
 * @param name its own name
 * @param text the statement that makes it, as the source printed it
 * @param facts what belongs to it besides, by {@link Fact}
 */
record SchemaObject(Kind kind, String database, String name, String text, Map<Fact, String> facts) {
  SchemaObject {
    facts = Map.copyOf(facts);
  }

  /** In the order in which they are made. */
  enum Kind {
    DATABASE,
    ACCOUNT,
    SEQUENCE,
    TABLE,
    FUNCTION,
    PROCEDURE,
    PACKAGE,
    PACKAGE_BODY,
    VIEW,
    GRANT,
    TRIGGER,
    EVENT;

    /** The words SQL uses for it. */
    String words() {
      return name().replace('_', ' ');
    }
  }

  /** What may belong to an object. */
  enum Fact {
    /** The key that stands in for a primary one. */
    USABLE_KEY,
    /** Present when the table may have a fuzzy window. */
    FUZZY,
    /** The column that counts by itself, and its type. */
    COUNTS,
    SQL_MODE,
    CLIENT,
    CONNECTION_COLLATION,
    DATABASE_COLLATION,
    TIME_ZONE,
    DEFINER,
    /** A trigger's table. */
    TABLE,
    /** An event's or account's state on the source. */
    STATE,
    /** An account's host; empty for a role of MariaDB. */
    HOST,
    /** What a thing was on the target before Fram changed it. */
    BEFORE
  }

  /** A table, view or sequence by its name. */
  TableId id() {
    return new TableId(database, name);
  }

  Optional<String> fact(Fact fact) {
    return Optional.ofNullable(facts.get(fact));
  }

  SchemaObject withText(String newText) {
    return new SchemaObject(kind, database, name, newText, facts);
  }

  /** For people: {@code view shop.totals}. */
  @Override
  public String toString() {
    String what = kind.words().toLowerCase(java.util.Locale.ROOT) + " ";
    return database.isEmpty() ? what + name : what + database + "." + name;
  }
}
