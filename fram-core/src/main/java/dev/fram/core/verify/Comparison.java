// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import java.util.List;

/**
 * What somebody wants to have compared.
 *
 * @param tables patterns as in {@code Scope}; none means every table
 * @param differences what becomes of rows that differ
 * @param shown whether their values may be shown
 * @param part which rows of each table
 */
public record Comparison(
    List<String> tables, Command.Differences differences, Reveal shown, Part part) {
  public Comparison {
    tables = List.copyOf(tables);
  }

  /** Everything, and nothing but told. */
  public static Comparison everything() {
    return new Comparison(List.of(), Command.Differences.REPORT, Reveal.DIGESTS_ONLY, Part.WHOLE);
  }

  /** As a run is asked. */
  public Command.Verify command() {
    return new Command.Verify(tables, differences);
  }

  /**
   * @throws FramException PHASE_REFUSES for what a run does not do
   */
  public void assertOfferedByRun() {
    if (!part.whole()) {
      throw new FramException(
          ErrorCode.PHASE_REFUSES,
          "A migration runs, and compares whole tables: a part of one proves nothing that the"
              + " cutover could go by.",
          "Leave out --where and --sample, and use --table; or stop fram migrate first.");
    }
    if (shown == Reveal.VALUES) {
      throw new FramException(
          ErrorCode.PHASE_REFUSES,
          "A migration runs, which never hands out values.",
          "Leave out --show-values, or stop fram migrate first; it resumes.");
    }
  }

  /**
   * @throws FramException PHASE_REFUSES for what only a run does
   */
  public void assertOfferedWithoutRun() {
    if (repairs()) {
      throw new FramException(
          ErrorCode.PHASE_REFUSES,
          "No fram migrate runs, so --repair is refused: nobody may write to the target's rows who"
              + " does not know up to where the source's changes are in them.",
          "Start fram migrate and ask again once it is READY. Between two servers"
              + " without a migration, put the rows right by hand.");
    }
  }

  private boolean repairs() {
    return differences == Command.Differences.REPAIR;
  }
}
