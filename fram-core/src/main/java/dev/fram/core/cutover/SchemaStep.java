// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

/**
 * A step of the schema's transfer. It can be done again at any time, and what it leaves on the
 * target stands behind the target's guards, so that there is nothing to undo.
 */
record SchemaStep(String name, String plan, Runnable work) implements CutoverStep {
  @Override
  public void act() {
    work.run();
  }
}
