// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.testkit.contract.EngineContract;
import dev.fram.testkit.contract.EngineFixture;
import dev.fram.testkit.server.MySqlVersion;

/** The engine keeps the contract on real servers: MySQL 8.0 to 8.0. */
final class MySqlContractTest extends EngineContract {
  @Override
  protected EngineFixture fixture() {
    return new ContractServers(new MySqlEngine(), MySqlVersion.V8_0, MySqlVersion.V8_0);
  }
}
