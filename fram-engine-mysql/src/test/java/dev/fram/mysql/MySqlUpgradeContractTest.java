// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.testkit.contract.EngineContract;
import dev.fram.testkit.contract.EngineFixture;
import dev.fram.testkit.server.MySqlVersion;

/** The engine keeps the contract on real servers: MySQL 8.0 to 9.7. */
final class MySqlUpgradeContractTest extends EngineContract {
  @Override
  protected EngineFixture fixture() {
    return new ContractServers(new MySqlEngine(), MySqlVersion.V8_0, MySqlVersion.V9_7);
  }
}
