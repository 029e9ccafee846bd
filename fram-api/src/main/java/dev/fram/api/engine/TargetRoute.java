// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

/** The way to the target alone: for what can be told when the source is closed or gone. */
public interface TargetRoute extends AutoCloseable {
  Target target();

  /** Closes every connection that is still open. Never throws. */
  @Override
  void close();
}
