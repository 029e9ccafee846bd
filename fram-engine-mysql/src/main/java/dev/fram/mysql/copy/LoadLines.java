// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of LOAD DATA's own format: fields between tabs, a backslash before what would end a field
 * or a line (manual, LOAD DATA, Field and Line Handling). Owned by one thread.
 */
final class LoadLines {
  private static final int START = 64 * 1024;

  /** What stands behind the backslash for each byte; 0 for one that goes over as it is. */
  private static final byte[] ESCAPED = new byte[256];

  static {
    ESCAPED['\\'] = '\\';
    ESCAPED['\t'] = '\t';
    ESCAPED['\n'] = '\n';
    ESCAPED[0] = '0';
  }

  private byte[] line = new byte[START];
  private int end;
  private int at;

  /** Forgets what is there. */
  void clear() {
    at = 0;
    end = 0;
  }

  /** Whether there is enough to be sent. */
  boolean many() {
    return end >= START / 2;
  }

  boolean empty() {
    return at >= end;
  }

  /** The next field of a line; null is NULL. */
  void field(byte @Nullable [] value, boolean first) {
    if (!first) {
      room(1);
      line[end++] = '\t';
    }
    if (value == null) {
      room(2);
      line[end++] = '\\';
      line[end++] = 'N';
    } else {
      escaped(value);
    }
  }

  void endOfLine() {
    room(1);
    line[end++] = '\n';
  }

  /** Takes at most so many bytes out. */
  int take(byte[] buffer, int offset, int length) {
    int count = Math.min(length, end - at);
    System.arraycopy(line, at, buffer, offset, count);
    at += count;
    return count;
  }

  /** Most bytes are none of the four: whole runs of them go over. */
  private void escaped(byte[] value) {
    int from = 0;
    for (int i = 0; i < value.length; i++) {
      byte code = ESCAPED[value[i] & 0xFF];
      if (code != 0) {
        run(value, from, i);
        room(2);
        line[end++] = '\\';
        line[end++] = code;
        from = i + 1;
      }
    }
    run(value, from, value.length);
  }

  private void run(byte[] value, int from, int to) {
    room(to - from);
    System.arraycopy(value, from, line, end, to - from);
    end += to - from;
  }

  private void room(int more) {
    if (line.length - end < more) {
      line = Arrays.copyOf(line, Math.max(line.length * 2, end + more));
    }
  }
}
