// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.check;

import java.util.List;

/** One question that is asked before anything is touched. Reads only. */
public interface Check {
  /** A stable word: {@code wal-level}. */
  String code();

  /** The answers; empty only when the question does not apply. Never throws for a bad answer. */
  List<Finding> run();
}
