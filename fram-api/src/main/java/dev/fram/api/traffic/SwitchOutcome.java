// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

/**
 * What became of a step of a switch. A step may have happened although an error was reported: that
 * is {@link Unknown}, and is never tried again blindly.
 */
public sealed interface SwitchOutcome {

  /**
   * It happened.
   *
   * @param what for the log; may be empty
   */
  record Done(String what) implements SwitchOutcome {}

  /**
   * It did certainly not happen.
   *
   * @param seen one sentence
   * @param remedy one sentence; may be empty
   * @param again whether trying once more by itself makes sense
   */
  record NotDone(String seen, String remedy, Again again) implements SwitchOutcome {}

  /** Nobody knows. */
  record Unknown(String seen, String remedy) implements SwitchOutcome {}

  /** Whether a step that did not happen is tried again. */
  enum Again {
    /** What was in the way may pass by itself. */
    LATER,
    /** A person has to do something first. */
    BY_HAND
  }

  static SwitchOutcome done() {
    return new Done("");
  }
}
