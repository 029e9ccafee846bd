// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import java.util.Optional;

/** A consistent read of the target, for a comparison. Owned by the thread that took it. */
public interface TargetMoment extends AutoCloseable {
  /**
   * Up to where the source's changes are in what it reads; empty where no migration is recorded.
   */
  Optional<Position> position();

  DigestReader digests();

  @Override
  void close();
}
