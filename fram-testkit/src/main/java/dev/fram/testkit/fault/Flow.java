// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

/** Which way bytes go through a {@link TcpProxy}. */
public enum Flow {
  /** From the client to the server. */
  REQUESTS,
  /** From the server to the client. */
  ANSWERS
}
