// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.check.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Findings as lines for people. */
public final class FindingLines {
  private static final int CODE_WIDTH = 30;

  private FindingLines() {}

  /** The finding, and its remedy on a line of its own. */
  public static List<String> of(Finding finding, boolean coloured) {
    List<String> lines = new ArrayList<>();
    String badge = "[" + finding.severity() + "]";
    String gap = " ".repeat(Math.max(1, CODE_WIDTH - finding.code().length()));
    lines.add(
        (coloured ? ink(finding.severity()).paint(badge) : badge)
            + " "
            + Cells.safe(finding.code() + gap + finding.seen()));
    if (!finding.remedy().isEmpty()) {
      lines.add(" ".repeat(CODE_WIDTH + 7) + "-> " + Cells.safe(finding.remedy()));
    }
    return lines;
  }

  /** How many of each, and what that means. */
  public static String summary(Collection<Finding> findings) {
    long failed = count(findings, Finding.Severity.FAIL);
    long warned = count(findings, Finding.Severity.WARN);
    return count(findings, Finding.Severity.PASS)
        + " passed, "
        + warned
        + (warned == 1 ? " warning, " : " warnings, ")
        + failed
        + " failed. "
        + (failed > 0
            ? "Not ready: mend what failed and check again."
            : warned > 0 ? "Ready; read the warnings first." : "Ready.");
  }

  private static long count(Collection<Finding> findings, Finding.Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).count();
  }

  private static Ink ink(Finding.Severity severity) {
    return switch (severity) {
      case PASS -> Ink.GOOD;
      case INFO -> Ink.PLAIN;
      case WARN -> Ink.WARNING;
      case FAIL -> Ink.BAD;
    };
  }
}
