// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.TableId;
import java.util.List;
import java.util.function.Consumer;

/** The schema's transfer to a server that has it already: nothing is made there, or removed. */
public interface SchemaInPlace extends SchemaTransfer {
  @Override
  default void createTables(long epoch, Consumer<String> progress) {}

  @Override
  default List<IndexJob> indexes(TableId table) {
    return List.of();
  }

  @Override
  default void build(IndexJob job) {}

  @Override
  default void finishIndexes(long epoch) {}

  @Override
  default void analyze(TableId table) {}

  @Override
  default void addConstraints(long epoch, Consumer<String> progress) {}

  @Override
  default void drop(long epoch) {}
}
