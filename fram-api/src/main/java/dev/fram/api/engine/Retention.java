// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.OptionalLong;

/**
 * What the source keeps in its log because of Fram.
 *
 * @param retainedBytes bytes of log kept
 * @param bytesLeft bytes until the server drops the log; empty when it never does
 * @param state how serious it is
 * @param detail the server's own words, for people
 */
public record Retention(long retainedBytes, OptionalLong bytesLeft, State state, String detail) {
  /** How serious it is. */
  public enum State {
    FINE,
    /** More than configured is kept; the server may drop it soon. */
    ENDANGERED,
    /** It is gone; the migration cannot go on. */
    LOST
  }
}
