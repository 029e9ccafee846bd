// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

/**
 * What a user may set of a switch.
 *
 * @param word its key
 * @param kind the form of its value
 * @param fallback the value when the user gives none; {@link #REQUIRED} when one must be given,
 *     empty when it may be left out
 * @param description one sentence
 */
public record SwitchOption(String word, Kind kind, String fallback, String description) {
  public static final String REQUIRED = "(required)";

  public boolean required() {
    return fallback.equals(REQUIRED);
  }

  /** The form of a value. */
  public enum Kind {
    TEXT,
    /** A file's or folder's path. */
    PATH,
    /** A server's URI. Its password is found as every other password is. */
    URI,
    /** One or more names. */
    LIST,
    /** A time with its unit. */
    DURATION,
    /** {@code host:port}. */
    ADDRESS,
    /** A whole number above zero. */
    NUMBER
  }
}
