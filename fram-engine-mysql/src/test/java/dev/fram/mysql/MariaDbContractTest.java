// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.testkit.contract.EngineContract;
import dev.fram.testkit.contract.EngineFixture;
import dev.fram.testkit.server.MySqlVersion;

/** The engine keeps the contract on real servers: MariaDB 11.4 to 11.4. */
final class MariaDbContractTest extends EngineContract {
  @Override
  protected EngineFixture fixture() {
    return new ContractServers(
        new MariaDbEngine(), MySqlVersion.MARIADB_11_4, MySqlVersion.MARIADB_11_4);
  }
}
