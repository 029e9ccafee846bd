// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.chronicle;

import dev.fram.api.status.Status;

/** Pictures on their way to becoming one point. Not thread-safe: the chronicler guards it. */
final class Gathering {
  private long beganMillis = -1;
  private long pictures;
  private long copied;
  private long changes;
  private long lag = -1;
  private long reverseBefore = -1;

  void take(Status picture, long nowMillis) {
    if (beganMillis < 0) {
      beganMillis = nowMillis;
    }
    pictures++;
    copied += Math.max(0, picture.copy().bytesPerSecond());
    changes += Math.max(0, picture.feed().changesPerSecond());
    long seen = picture.reverse().map(Status.Reverse::lagMillis).orElse(picture.feed().lagMillis());
    lag = Math.max(lag, seen);
    if (reverseBefore < 0) {
      reverseBefore = picture.reverse().map(Status.Reverse::changes).orElse(-1L);
    }
  }

  boolean ripe(long intervalMillis, long nowMillis) {
    return beganMillis >= 0 && nowMillis - beganMillis >= intervalMillis;
  }

  /** The point; what comes next belongs to another one. */
  Series.Point point(Status newest, long nowMillis) {
    long reverse = newest.reverse().map(Status.Reverse::changes).orElse(-1L);
    long back =
        reverseBefore >= 0 && reverse > reverseBefore
            ? (reverse - reverseBefore) * 1000 / Math.max(1, nowMillis - beganMillis)
            : 0;
    Series.Point point =
        new Series.Point(beganMillis, copied / pictures, changes / pictures + back, lag);
    beganMillis = -1;
    pictures = 0;
    copied = 0;
    changes = 0;
    lag = -1;
    reverseBefore = -1;
    return point;
  }
}
