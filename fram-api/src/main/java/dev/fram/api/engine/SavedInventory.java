// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.List;

/**
 * The source's objects as they were listed right before the cutover; kept on the target, because
 * the source may be gone afterwards.
 *
 * @param major the source's major version
 * @param objects all of them, also those that are excluded
 */
public record SavedInventory(int major, List<ObjectFact> objects) {
  public SavedInventory {
    objects = List.copyOf(objects);
  }
}
