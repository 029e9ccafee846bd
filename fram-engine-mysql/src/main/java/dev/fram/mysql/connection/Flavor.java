// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

/** Which of the two products a server is. They share a protocol, not a log or a catalog. */
public enum Flavor {
  MYSQL("MySQL"),
  MARIADB("MariaDB");

  private final String product;

  Flavor(String product) {
    this.product = product;
  }

  /** The product's name for people. */
  public String product() {
    return product;
  }
}
