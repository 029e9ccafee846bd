// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.Status;
import java.util.List;

/**
 * What one drawing shows.
 *
 * @param status the migration
 * @param extras lines of others (the demo's writers), below the migration's own
 * @param footer the last line: what the keys do
 */
public record Picture(Status status, List<Extra> extras, String footer) {
  public Picture {
    extras = List.copyOf(extras);
  }

  /** A labelled line. */
  public record Extra(String label, String text) {}
}
