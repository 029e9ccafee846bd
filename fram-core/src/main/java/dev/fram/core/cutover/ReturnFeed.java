// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.core.run.RunParts;
import java.util.Optional;

/** What a cutover has left behind for the way back. */
public final class ReturnFeed {
  private ReturnFeed() {}

  /** From where the data comes back; empty where no way back was made. */
  public static Optional<String> noted(RunParts parts) {
    return parts.journal().detail(NoteReturn.NOTED);
  }

  /** Nothing was handed over: the server that would have opened keeps no log for that. */
  public static void takeBack(RunParts parts, RunParts next) {
    if (parts.journal().begun(PrepareReturn.NAME)) {
      next.route().source().dropFeed();
      parts.journal().undone(NoteReturn.NOTED);
    }
  }
}
