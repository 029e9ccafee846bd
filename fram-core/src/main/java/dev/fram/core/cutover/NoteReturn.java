// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.change.Position;
import dev.fram.core.run.RunParts;

/**
 * The last step before the hand-over: from where the data comes back. Everything that moved this
 * way is applied, nothing more is, and the applications cannot write there yet; so what lies behind
 * this position on the server that is about to open is the applications' own, and nothing that
 * moved this way can ever come back as a change of theirs.
 */
public final class NoteReturn implements CutoverStep {
  /** Its detail is the position. */
  public static final String NOTED = "return-from";

  private final RunParts parts;
  private final RunParts next;

  /**
   * @param next the other direction
   */
  NoteReturn(RunParts parts, RunParts next) {
    this.parts = parts;
    this.next = next;
  }

  @Override
  public String name() {
    return "note-return";
  }

  @Override
  public String plan() {
    return "would note from where the data comes back";
  }

  @Override
  public void act() {
    ReturnLook look = new ReturnLook(parts, next);
    note(parts, next);
    look.remember();
  }

  /** Also again, when something more had to move this way after it. */
  static void note(RunParts parts, RunParts next) {
    parts
        .journal()
        .step(
            NOTED,
            () -> {
              Position from = next.route().source().mark();
              next.route().startAt(parts.journal().epoch(), from);
              return from.text();
            });
  }

  @Override
  public void undo() {
    parts.journal().undone(NOTED);
  }
}
