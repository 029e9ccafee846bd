// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.model.TableId;

/** A table was emptied by TRUNCATE TABLE: the payload of {@code FeedEvent.Truncate}. */
public record Truncation(TableId table) {

  public byte[] payload() {
    PayloadWriter out = new PayloadWriter();
    out.text(table.schema());
    out.text(table.name());
    return out.bytes();
  }

  public static Truncation read(byte[] payload) {
    PayloadReader in = new PayloadReader(payload);
    return new Truncation(new TableId(in.text(), in.text()));
  }
}
