// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import java.util.Set;

/**
 * What it takes to open a route.
 *
 * @param source where the data leaves
 * @param target where it arrives
 * @param scope which tables
 * @param schemaOptions what to leave out of the schema, and what to add
 * @param ddlPolicy what becomes of schema changes in the feed
 */
public record RouteRequest(
    Endpoint source,
    Endpoint target,
    Scope scope,
    Set<SchemaOption> schemaOptions,
    DdlPolicy ddlPolicy) {

  /** With the default: whoever changes the schema meanwhile is asked. */
  public RouteRequest(
      Endpoint source, Endpoint target, Scope scope, Set<SchemaOption> schemaOptions) {
    this(source, target, scope, schemaOptions, DdlPolicy.ASK);
  }

  public RouteRequest {
    schemaOptions = Set.copyOf(schemaOptions);
  }
}
