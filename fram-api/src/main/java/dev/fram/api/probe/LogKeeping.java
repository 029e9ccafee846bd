// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import java.time.Duration;

/** How long a server keeps its log for somebody who still has to read it. */
public sealed interface LogKeeping {
  /** The setting that says so, with its value. */
  String setBy();

  /** As long as it is needed: until the disk is full. */
  record AsNeeded(String setBy) implements LogKeeping {}

  record UpToBytes(long bytes, String setBy) implements LogKeeping {}

  record UpToTime(Duration time, String setBy) implements LogKeeping {}
}
