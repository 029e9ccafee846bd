// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The server's log as the one place where SQL writes to the disk byte after byte and has it forced
 * there: so many bytes, in one commit. Tables would not do: their pages go to the disk one by one,
 * later, and more than once. Of one session, owned by one thread.
 *
 * <p>All methods: {@link dev.fram.api.error.FramException} with a transient code.
 */
public interface LogProbe {
  /** Which log that is, for people. */
  String name();

  /** Why such a commit would tell nothing of the disk; empty when it does. */
  Optional<String> obstacle();

  /**
   * Prepares all that is not to be measured.
   *
   * @param bytes about how many are to be written; it may be fewer
   * @return the bytes that this and {@link #write} add to the log, about
   */
  long stage(int bytes);

  /** Writes what is staged; returns when it is on the disk. No table holds any of it. */
  void write();

  /**
   * What {@link #write} has put on the disk; empty when the server has begun a new file meanwhile,
   * which costs it more than the bytes that are counted.
   */
  OptionalLong written();
}
