// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

/**
 * Makes 64-bit transaction ids of the 32 bits that the protocol carries, from the last one seen:
 * all ids that can be in the log lie within 2^31 of each other, because the server stops before a
 * slot's horizon falls further behind (ALGORITHMS A3). Owned by the feed's thread.
 */
final class XidWidener {
  private long reference;

  XidWidener(long reference) {
    this.reference = reference;
  }

  long widen(int xid) {
    reference += xid - (int) reference;
    return reference;
  }
}
