// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

/** The process that runs Fram has died. An Error, so that nothing that mends failures mends it. */
public final class MemoryCrash extends Error {
  private static final long serialVersionUID = 1L;

  public MemoryCrash(String where) {
    super("crashed at " + where);
  }
}
