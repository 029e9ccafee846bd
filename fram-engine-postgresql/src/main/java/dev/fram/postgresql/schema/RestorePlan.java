// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.schema.SourceFacts.ForeignKey;
import dev.fram.postgresql.schema.SourceFacts.Named;
import dev.fram.postgresql.schema.SourceFacts.Part;
import dev.fram.postgresql.schema.SourceFacts.PartKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which entry of the archive is restored when. pg_dump's order is kept within each stage; comments
 * and grants go with the entry they follow.
 *
 * @param tables the section before the data
 * @param keys indexes and key constraints of ordinary tables: in parallel, after each table's copy
 * @param rest what needs all of these: indexes of partitioned tables and materialized views, their
 *     parts, statistics, checks, views that need a key
 * @param foreignKeys foreign keys with their comments
 * @param finish triggers, rules, row security, publications: under the gate
 * @param eventTriggers last of all: they would fire on everything else
 */
record RestorePlan(
    List<TocEntry> tables,
    List<TocEntry> keys,
    List<TocEntry> rest,
    List<TocEntry> foreignKeys,
    List<TocEntry> finish,
    List<TocEntry> eventTriggers) {

  private static final Set<String> AT_FINISH =
      Set.of(
          "TRIGGER",
          "RULE",
          "POLICY",
          "ROW SECURITY",
          "PUBLICATION",
          "PUBLICATION TABLE",
          "PUBLICATION TABLES IN SCHEMA",
          "DEFAULT ACL");

  private enum Stage {
    KEYS,
    REST,
    FOREIGN_KEYS,
    FINISH,
    EVENT_TRIGGERS,
    LEFT_OUT
  }

  static RestorePlan of(SchemaArchive archive, SourceFacts facts) {
    Sorter sorter = new Sorter(facts);
    List<TocEntry> keys = new ArrayList<>();
    List<TocEntry> rest = new ArrayList<>();
    List<TocEntry> foreignKeys = new ArrayList<>();
    List<TocEntry> finish = new ArrayList<>();
    List<TocEntry> eventTriggers = new ArrayList<>();
    Stage stage = Stage.REST;
    for (TocEntry entry : archive.section("post-data")) {
      stage = sorter.follows(entry) ? stage : sorter.stage(entry);
      switch (stage) {
        case KEYS -> keys.add(entry);
        case REST -> rest.add(entry);
        case FOREIGN_KEYS -> foreignKeys.add(entry);
        case FINISH -> finish.add(entry);
        case EVENT_TRIGGERS -> eventTriggers.add(entry);
        case LEFT_OUT -> {}
      }
    }
    return new RestorePlan(
        archive.section("pre-data"), keys, rest, foreignKeys, finish, eventTriggers);
  }

  /** Decides by the source's catalog, never by a name in the listing. */
  private static final class Sorter {
    private final Map<Long, Part> indexes;
    private final Map<Long, Part> constraints;
    private final Map<Long, Part> rules;
    private final Map<Long, ForeignKey> foreignKeys;
    private final Set<Long> triggers;
    private final Set<Long> publications;
    private final Set<Long> eventTriggers;
    private final Map<TableId, String> kinds;

    Sorter(SourceFacts facts) {
      indexes = facts.partsByOid(PartKind.INDEX);
      constraints = facts.partsByOid(PartKind.CONSTRAINT);
      rules = facts.partsByOid(PartKind.RULE);
      foreignKeys = facts.foreignKeysByOid();
      triggers =
          facts.parts().stream()
              .filter(p -> p.kind() == PartKind.TRIGGER || p.kind() == PartKind.INHERITED_TRIGGER)
              .map(Part::oid)
              .collect(Collectors.toSet());
      publications = oids(facts.publications());
      eventTriggers = oids(facts.eventTriggers());
      kinds =
          facts.relations().stream()
              .collect(Collectors.toMap(SourceFacts.Relation::id, SourceFacts.Relation::kind));
    }

    private static Set<Long> oids(List<Named> named) {
      return named.stream().map(Named::oid).collect(Collectors.toSet());
    }

    boolean follows(TocEntry entry) {
      return switch (entry.type()) {
        case "COMMENT", "ACL", "SECURITY LABEL" -> true;
        default -> false;
      };
    }

    Stage stage(TocEntry entry) {
      return switch (entry.type()) {
        case "INDEX" -> keyStage(Optional.ofNullable(indexes.get(entry.oid())));
        case "CONSTRAINT" -> keyStage(Optional.ofNullable(constraints.get(entry.oid())));
        case "FK CONSTRAINT" ->
            foreignKeys.containsKey(entry.oid()) ? Stage.FOREIGN_KEYS : Stage.LEFT_OUT;
        case "TRIGGER" -> finishIf(triggers::contains, entry);
        case "PUBLICATION", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA" ->
            finishIf(publications::contains, entry);
        case "EVENT TRIGGER" ->
            eventTriggers.contains(entry.oid()) ? Stage.EVENT_TRIGGERS : Stage.LEFT_OUT;
        case "RULE" -> ruleStage(Optional.ofNullable(rules.get(entry.oid())));
        case "SUBSCRIPTION", "SUBSCRIPTION TABLE" -> Stage.LEFT_OUT;
        default -> AT_FINISH.contains(entry.type()) ? Stage.FINISH : Stage.REST;
      };
    }

    private static Stage finishIf(Function<Long, Boolean> known, TocEntry entry) {
      return known.apply(entry.oid()) ? Stage.FINISH : Stage.LEFT_OUT;
    }

    private Stage keyStage(Optional<Part> part) {
      return part.isPresent() && "r".equals(kinds.get(part.get().id())) ? Stage.KEYS : Stage.REST;
    }

    /** A view's own definition, when it had to wait for a key, is no rule in the user's sense. */
    private static Stage ruleStage(Optional<Part> rule) {
      return rule.isPresent() && rule.get().name().equals("_RETURN") ? Stage.REST : Stage.FINISH;
    }
  }
}
