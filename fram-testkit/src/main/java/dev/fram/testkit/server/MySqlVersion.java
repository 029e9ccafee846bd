// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

/** The MySQL and MariaDB servers that Fram is tested with. Linux on x86-64 only. */
public enum MySqlVersion {
  /** MySQL 8.0.33 from Maven Central, every file pinned by its SHA-256. */
  V8_0("mysql", "MySQL 8.0"),
  /** The newest MySQL of Debian's unstable suite, 9.7 or newer; apt checks its signatures. */
  V9_7("mysql", "MySQL 9.7"),
  /** MariaDB 11.4.5 from Maven Central, pinned by its SHA-256. */
  MARIADB_11_4("mariadb", "MariaDB 11.4");

  private final String scheme;
  private final String product;

  MySqlVersion(String scheme, String product) {
    this.scheme = scheme;
    this.product = product;
  }

  /** The scheme of its endpoints: {@code mysql} or {@code mariadb}. */
  public String scheme() {
    return scheme;
  }

  /** The product and its release line, as a person writes it. */
  public String product() {
    return product;
  }

  public boolean mariaDb() {
    return this == MARIADB_11_4;
  }
}
