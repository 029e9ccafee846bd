// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.chronicle;

import dev.fram.api.engine.JournalStore;
import java.util.Optional;

/**
 * All that the target keeps for the report.
 *
 * @param story what happened
 * @param there throughput and lag until the target first served
 * @param after the same from then on
 */
public record Chronicle(Story story, Series there, Series after) {
  static final String STORY = "story";
  static final String THERE = "series-there";
  static final String AFTER = "series-after";

  /** What is kept; empty parts where nothing is, or nothing that this version can read. */
  public static Chronicle load(JournalStore store) {
    return new Chronicle(
        read(store, STORY, Story.class).orElseGet(Story::empty),
        read(store, THERE, Series.class).orElseGet(Series::empty),
        read(store, AFTER, Series.class).orElseGet(Series::empty));
  }

  private static <T> Optional<T> read(JournalStore store, String name, Class<T> type) {
    return store.kept(name).flatMap(json -> ChronicleJson.read(json, type));
  }
}
