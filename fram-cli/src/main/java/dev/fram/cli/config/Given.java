// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.config;

import java.util.List;

/**
 * A value as the user gave it.
 *
 * @param texts the value; several only for a list
 * @param origin where it stands, for messages: {@code --jobs}, {@code FRAM_JOBS}, {@code
 *     fram.yaml:12}
 */
record Given(List<String> texts, String origin) {
  Given {
    texts = List.copyOf(texts);
  }

  String text() {
    return texts.getLast();
  }

  /** Keeps the texts, which may hold a secret, out of messages and logs. */
  @Override
  public String toString() {
    return origin;
  }
}
