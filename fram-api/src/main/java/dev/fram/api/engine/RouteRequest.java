// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import java.util.Set;

/**
 * What it takes to open a route.
 *
 * @param source where the data leaves
 * @param target where it arrives
 * @param scope which tables
 * @param schemaOptions what to leave out of the schema
 * @param tableOptions what was decided for single tables
 */
public record RouteRequest(
    Endpoint source,
    Endpoint target,
    Scope scope,
    Set<SchemaOption> schemaOptions,
    TableOptions tableOptions) {
  public RouteRequest {
    schemaOptions = Set.copyOf(schemaOptions);
  }

  /** With nothing decided for single tables. */
  public RouteRequest(
      Endpoint source, Endpoint target, Scope scope, Set<SchemaOption> schemaOptions) {
    this(source, target, scope, schemaOptions, TableOptions.none());
  }
}
