// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/**
 * Whose turn it is in a copy: a copying thread waits for the source until it has something to
 * write, and then for the target. Looks at the clock for every piece, not for every row. Owned by
 * one thread.
 */
public final class CopyTurns {
  private final CopyProgress progress;
  private long since = System.nanoTime();
  private long read;
  private long rows;

  public CopyTurns(CopyProgress progress) {
    this.progress = progress;
  }

  /** The source has sent a row. */
  public void row() {
    rows++;
  }

  /** What was read is written from now on. */
  public void writing() {
    long now = System.nanoTime();
    read = now - since;
    since = now;
  }

  /** It is written; from now on more is read. */
  public void reading() {
    long now = System.nanoTime();
    progress.moved(rows, read, now - since);
    since = now;
    read = 0;
    rows = 0;
  }
}
