// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import dev.fram.api.model.MigrationId;

/**
 * What a migration's slot and publication are called in one direction. Slots belong to the whole
 * server, and both databases may live on one: so the two directions have names of their own.
 *
 * @param id the migration
 * @param text the name of both
 */
public record FeedName(MigrationId id, String text) {
  /** Of the way there. */
  public static FeedName of(MigrationId id) {
    return new FeedName(id, "fram_" + id);
  }

  /** Of the way back. */
  public static FeedName back(MigrationId id) {
    return new FeedName(id, "fram_" + id + "_back");
  }
}
