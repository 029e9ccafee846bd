// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

/** The application may not write here (any more); SQLSTATE 25006 on a real server. */
public final class WriteRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WriteRefused(String server) {
    super(server + " takes no writes");
  }
}
