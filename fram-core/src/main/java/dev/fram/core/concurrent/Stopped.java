// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

/** Unwinds a thread whose signal was raised; carries no news of its own, whoever raised it does. */
public final class Stopped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Stopped() {
    super("stopped", null, false, false);
  }
}
