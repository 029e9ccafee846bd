// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.change.Position;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.TargetMoment;

/**
 * Both servers at one moment of the source's history: what the source's read has not certainly
 * seen, the target does not have; what it may have seen beyond that lies before {@link #armedAt}.
 * Read by the thread that took it; closed by any, which ends its reading.
 */
final class Twin implements AutoCloseable {
  private final SourceMoment source;
  private final TargetMoment target;

  Twin(SourceMoment source, TargetMoment target) {
    this.source = source;
    this.target = target;
  }

  Position armedAt() {
    return source.armedAt();
  }

  SourceMoment source() {
    return source;
  }

  DigestReader onSource() {
    return source.digests();
  }

  DigestReader onTarget() {
    return target.digests();
  }

  @Override
  public void close() {
    try {
      source.close();
    } finally {
      target.close();
    }
  }
}
