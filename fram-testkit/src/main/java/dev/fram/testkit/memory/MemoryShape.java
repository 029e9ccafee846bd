// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.List;

/** What a table looks like; the server's monitor guards it. */
final class MemoryShape {
  final Table.Transfer transfer;
  final List<TableId> family;
  String definition = "d1";
  long storage = 1;
  long emptiedAt;

  MemoryShape(Table.Transfer transfer, List<TableId> family) {
    this.transfer = transfer;
    this.family = family;
  }
}
