// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.key.AgreedKeys;
import org.jspecify.annotations.Nullable;

/** What the readers of both servers have to do alike. Thread-safe. */
public final class Terms implements AutoCloseable {
  private final SharedSession source;
  private final SharedSession target;
  private final AgreedKeys keys;
  private @Nullable RowHash hash;

  public Terms(Connector source, Connector target) {
    this.source = new SharedSession(source, "terms");
    this.target = new SharedSession(target, "terms");
    this.keys = new AgreedKeys(this.source);
  }

  public AgreedKeys keys() {
    return keys;
  }

  /** The hash function that both servers have; asked once. */
  synchronized RowHash hash() {
    RowHash known = hash;
    if (known == null) {
      known =
          offeredBy(source) == RowHash.MD5 && offeredBy(target) == RowHash.MD5
              ? RowHash.MD5
              : RowHash.SHA256;
      hash = known;
    }
    return known;
  }

  private static RowHash offeredBy(SharedSession server) {
    return server.read("asking for its hash functions", RowHash::offeredBy);
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }
}
