// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.testkit.contract.EngineContract;
import dev.fram.testkit.contract.EngineFixture;
import dev.fram.testkit.server.MySqlVersion;

/** The engine keeps the contract on real servers: MySQL 9.7 to 9.7. */
final class MySqlRecentContractTest extends EngineContract {
  @Override
  protected EngineFixture fixture() {
    return new ContractServers(new MySqlEngine(), MySqlVersion.V9_7, MySqlVersion.V9_7);
  }
}
