// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.contract;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.TableId;
import java.util.Map;

/**
 * Two fresh databases, and one table in the source: a whole number as key and a text. Every method
 * may be called from any thread.
 */
public interface EngineFixture extends AutoCloseable {
  Engine engine();

  /** Names the two databases. */
  RouteRequest request();

  TableId table();

  /** An application's transaction on the source, open until it is ended. */
  Transaction begin();

  /** What the target's table holds now. */
  Map<Long, String> readTarget();

  @Override
  void close();

  /** Owned by one thread. */
  interface Transaction extends AutoCloseable {
    /** Waits where the server lets it wait; throws a RuntimeException when it is refused. */
    void insert(long key, String value);

    void update(long key, String value);

    void delete(long key);

    void commit();

    /** Rolls back when it was not committed. */
    @Override
    void close();
  }
}
