// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Table.Transfer;
import dev.fram.api.model.TableId;
import dev.fram.testkit.contract.EngineContract;
import dev.fram.testkit.contract.EngineFixture;
import java.util.Map;

/** The engine without servers keeps the contract that real ones are held to. */
final class MemoryEngineContractTest extends EngineContract {
  private static final TableId TABLE = new TableId("public", "items");

  @Override
  protected EngineFixture fixture() {
    return new Fixture();
  }

  private static final class Fixture implements EngineFixture {
    private final MemorySource source = new MemorySource();
    private final MemoryTarget target = new MemoryTarget();
    private final MemoryProcess process = new MemoryProcess(MemoryFaults.NONE);

    Fixture() {
      source.createTable(TABLE, Transfer.COPY_AND_FOLLOW);
    }

    @Override
    public Engine engine() {
      return new MemoryEngine(source, target, process);
    }

    @Override
    public RouteRequest request() {
      return MemoryEngine.request();
    }

    @Override
    public TableId table() {
      return TABLE;
    }

    @Override
    public Transaction begin() {
      return new Tx(source.begin());
    }

    @Override
    public Map<Long, String> readTarget() {
      return target.contents().getOrDefault(TABLE, Map.of());
    }

    @Override
    public void close() {}
  }

  private record Tx(MemoryTransaction tx) implements EngineFixture.Transaction {
    @Override
    public void insert(long key, String value) {
      tx.put(TABLE, key, value);
    }

    @Override
    public void update(long key, String value) {
      tx.put(TABLE, key, value);
    }

    @Override
    public void delete(long key) {
      tx.delete(TABLE, key);
    }

    @Override
    public void commit() {
      tx.commit();
    }

    @Override
    public void close() {
      tx.rollback();
    }
  }
}
