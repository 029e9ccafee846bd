// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import java.nio.ByteBuffer;

/**
 * The payload of a transaction's Begin.
 *
 * @param xid its 64-bit number, for the fences
 * @param commitLsn where its commit record begins
 */
public record TransactionHeader(long xid, long commitLsn) {

  public static TransactionHeader decode(byte[] payload) {
    ByteBuffer in = ByteBuffer.wrap(payload);
    return new TransactionHeader(in.getLong(), in.getLong());
  }

  public byte[] encode() {
    return ByteBuffer.allocate(16).putLong(xid).putLong(commitLsn).array();
  }
}
