// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

/** Where ProxySQL keeps its servers, as the table that shows them. */
enum Layer {
  /** What is edited. */
  MEMORY("mysql_servers"),
  /** What it goes by; LOAD brings it there. */
  RUNTIME("runtime_mysql_servers"),
  /** What it starts with; SAVE brings it there. */
  DISK("disk.mysql_servers");

  private final String table;

  Layer(String table) {
    this.table = table;
  }

  String table() {
    return table;
  }
}
