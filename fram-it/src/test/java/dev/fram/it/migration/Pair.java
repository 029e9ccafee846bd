// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;

/** A source and a target server of one product, as a migration sees them. */
interface Pair extends AutoCloseable {

  /** With the login and the password of Fram. */
  Endpoint sourceEndpoint(String database);

  Endpoint targetEndpoint(String database);

  @Override
  void close();
}
