// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

/**
 * A step of the schema's transfer. It can be done again at any time.
 *
 * @param undoing takes away again what would disturb the changes that are applied next
 */
record SchemaStep(String name, String plan, Runnable work, Runnable undoing)
    implements CutoverStep {
  @Override
  public void act() {
    work.run();
  }

  @Override
  public void undo() {
    undoing.run();
  }
}
