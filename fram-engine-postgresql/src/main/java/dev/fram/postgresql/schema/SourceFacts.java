// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fram.api.model.TableId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the source's catalog said when the archive was taken, under the same snapshot: which table
 * an oid of the archive's table of contents belongs to, and what pg_dump's text does not tell.
 * Stored beside the archive; the source is not asked again.
 *
 * @param relations tables, views, materialized views, sequences, foreign tables that were dumped
 * @param parts indexes, constraints, triggers, rules and policies
 * @param foreignKeys foreign keys, less those that a partition inherits
 * @param schemas schemas
 * @param publications publications and their members (with the publication's name), less Fram's own
 * @param eventTriggers event triggers
 * @param leftOut relations that the scope leaves out, with the views that need them
 */
record SourceFacts(
    List<Relation> relations,
    List<Part> parts,
    List<ForeignKey> foreignKeys,
    List<Named> schemas,
    List<Named> publications,
    List<Named> eventTriggers,
    List<Relation> leftOut) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param kind pg_class.relkind
   * @param populated whether a materialized view holds its rows
   */
  record Relation(long oid, String schema, String name, String kind, boolean populated) {
    TableId id() {
      return new TableId(schema, name);
    }
  }

  /** What kind of thing belongs to a table. */
  enum PartKind {
    INDEX,
    CONSTRAINT,
    TRIGGER,
    /** A partition's, made by the one on its parent. */
    INHERITED_TRIGGER,
    RULE,
    POLICY
  }

  /** Something that belongs to a table; {@code name} is its own name. */
  record Part(PartKind kind, long oid, String schema, String table, String name) {
    TableId id() {
      return new TableId(schema, table);
    }
  }

  /**
   * @param definition {@code pg_get_constraintdef}
   * @param validated whether the source vouches for every row
   * @param partitioned whether the referencing table is partitioned
   */
  record ForeignKey(
      long oid,
      String schema,
      String table,
      String name,
      String definition,
      boolean validated,
      boolean partitioned) {
    TableId id() {
      return new TableId(schema, table);
    }
  }

  /** An object that its name alone identifies. */
  record Named(long oid, String name) {}

  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static SourceFacts parse(String json) {
    try {
      return JSON.readValue(json, SourceFacts.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The tables of all parts of one kind, by the part's oid. */
  Map<Long, Part> partsByOid(PartKind kind) {
    Map<Long, Part> found = new HashMap<>();
    for (Part part : parts) {
      if (part.kind == kind) {
        found.put(part.oid, part);
      }
    }
    return found;
  }

  Map<Long, ForeignKey> foreignKeysByOid() {
    Map<Long, ForeignKey> found = new HashMap<>();
    foreignKeys.forEach(key -> found.put(key.oid(), key));
    return found;
  }

  Map<Long, Relation> relationsByOid() {
    Map<Long, Relation> found = new HashMap<>();
    relations.forEach(relation -> found.put(relation.oid(), relation));
    return found;
  }

  List<Relation> relations(String kind) {
    return relations.stream().filter(relation -> relation.kind.equals(kind)).toList();
  }
}
