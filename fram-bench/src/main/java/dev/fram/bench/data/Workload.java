// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import java.util.Locale;

/** What is written to the source. */
public enum Workload {
  /** pgbench's own transaction: three updates and an insert. */
  TPCB,
  /** An insert, an update with long values and a delete each, with secondary indexes. */
  MIXED,
  /** One row each. */
  TINY,
  /** One transaction alone, which updates ten rows for each one that is asked for. */
  BULK;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
