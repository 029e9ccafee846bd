// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.ServerMachine;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What it takes to open a route.
 *
 * @param source where the data leaves
 * @param target where it arrives
 * @param scope which tables
 * @param schemaOptions what to leave out of the schema, and what to add
 * @param tableOptions what was decided for single tables
 * @param ddlPolicy what becomes of schema changes in the feed
 * @param providerAccounts accounts of the source's provider, {@code user@host}, that no application
 *     uses: they stay open when the source is closed (MySQL)
 * @param nativeFeed present where the target is to follow the source by the database's own
 *     replication
 * @param serverClone present where the database's own means are to bring the whole server over
 * @param targetMachine where the target runs, for what has to be done there
 */
public record RouteRequest(
    Endpoint source,
    Endpoint target,
    Scope scope,
    Set<SchemaOption> schemaOptions,
    TableOptions tableOptions,
    DdlPolicy ddlPolicy,
    List<String> providerAccounts,
    Optional<NativeFeed> nativeFeed,
    Optional<ServerClone> serverClone,
    Optional<ServerMachine> targetMachine) {

  /**
   * With the defaults: nothing special for any table; who changes the schema meanwhile is asked.
   */
  public RouteRequest(
      Endpoint source, Endpoint target, Scope scope, Set<SchemaOption> schemaOptions) {
    this(source, target, scope, schemaOptions, TableOptions.none(), DdlPolicy.ASK);
  }

  /** Without accounts of a provider's. */
  public RouteRequest(
      Endpoint source,
      Endpoint target,
      Scope scope,
      Set<SchemaOption> schemaOptions,
      TableOptions tableOptions,
      DdlPolicy ddlPolicy) {
    this(source, target, scope, schemaOptions, tableOptions, ddlPolicy, List.of());
  }

  /** With Fram's own feed. */
  public RouteRequest(
      Endpoint source,
      Endpoint target,
      Scope scope,
      Set<SchemaOption> schemaOptions,
      TableOptions tableOptions,
      DdlPolicy ddlPolicy,
      List<String> providerAccounts) {
    this(
        source,
        target,
        scope,
        schemaOptions,
        tableOptions,
        ddlPolicy,
        providerAccounts,
        Optional.empty());
  }

  /** Copied by Fram. */
  public RouteRequest(
      Endpoint source,
      Endpoint target,
      Scope scope,
      Set<SchemaOption> schemaOptions,
      TableOptions tableOptions,
      DdlPolicy ddlPolicy,
      List<String> providerAccounts,
      Optional<NativeFeed> nativeFeed) {
    this(
        source,
        target,
        scope,
        schemaOptions,
        tableOptions,
        ddlPolicy,
        providerAccounts,
        nativeFeed,
        Optional.empty(),
        Optional.empty());
  }

  public RouteRequest {
    schemaOptions = Set.copyOf(schemaOptions);
    providerAccounts = List.copyOf(providerAccounts);
  }

  /** The same of these servers. */
  public RouteRequest between(Endpoint otherSource, Endpoint otherTarget) {
    return new RouteRequest(
        otherSource,
        otherTarget,
        scope,
        schemaOptions,
        tableOptions,
        ddlPolicy,
        providerAccounts,
        nativeFeed,
        serverClone,
        targetMachine);
  }

  /** The same, copied by Fram, with these tables' states, and followed in that way. */
  public RouteRequest moved(TableOptions.States states, Optional<NativeFeed> feed) {
    return new RouteRequest(
        source,
        target,
        scope,
        schemaOptions,
        new TableOptions(tableOptions.identityFull(), tableOptions.copyAtCutover(), states),
        ddlPolicy,
        providerAccounts,
        feed,
        Optional.empty(),
        targetMachine);
  }

  /** The same, brought over as a whole server, and followed by Fram. */
  public RouteRequest cloned(ServerClone wish) {
    RouteRequest moved = moved(TableOptions.States.MANY, Optional.empty());
    return new RouteRequest(
        source,
        target,
        scope,
        schemaOptions,
        moved.tableOptions(),
        ddlPolicy,
        providerAccounts,
        Optional.empty(),
        Optional.of(wish),
        targetMachine);
  }

  /** The same, with a target that runs there. */
  public RouteRequest on(ServerMachine machine) {
    return new RouteRequest(
        source,
        target,
        scope,
        schemaOptions,
        tableOptions,
        ddlPolicy,
        providerAccounts,
        nativeFeed,
        serverClone,
        Optional.of(machine));
  }

  /**
   * Refuses a copy by means that are another product's.
   *
   * @param own what this product has
   * @throws FramException CONFIG_INVALID
   */
  public void requireCloneOf(Optional<ServerClone.Kind> own) {
    Optional<ServerClone.Kind> wished = serverClone.map(ServerClone::kind);
    if (wished.isPresent() && !wished.equals(own)) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "--copy=" + wished.get().word() + " is for " + wished.get().product() + ".",
          "Leave it out.");
    }
  }
}
