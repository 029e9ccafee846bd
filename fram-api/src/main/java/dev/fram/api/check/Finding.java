// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.check;

/**
 * An answer.
 *
 * @param code the check's code
 * @param severity how bad it is
 * @param seen what was seen, with the server's name, numbers and units
 * @param remedy what to do; empty for PASS
 */
public record Finding(String code, Severity severity, String seen, String remedy) {
  /** How bad an answer is. */
  public enum Severity {
    PASS,
    /** Good to know; nothing to do. */
    INFO,
    /** The migration can go on, but read this first. */
    WARN,
    /** The migration would not be safe or not work. */
    FAIL
  }

  public static Finding pass(String code, String seen) {
    return new Finding(code, Severity.PASS, seen, "");
  }

  public static Finding info(String code, String seen) {
    return new Finding(code, Severity.INFO, seen, "");
  }

  public static Finding warn(String code, String seen, String remedy) {
    return new Finding(code, Severity.WARN, seen, remedy);
  }

  public static Finding fail(String code, String seen, String remedy) {
    return new Finding(code, Severity.FAIL, seen, remedy);
  }
}
