// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;

/** Whether a name that a query put together as {@code schema.table} is in the scope. */
final class InScope {
  private InScope() {}

  /** The scope's patterns match the whole text, so the place of the dot does not matter. */
  static boolean covers(Scope scope, String name) {
    int dot = name.indexOf('.');
    return scope.covers(new TableId(name.substring(0, dot), name.substring(dot + 1)));
  }
}
