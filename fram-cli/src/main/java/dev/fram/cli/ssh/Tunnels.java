// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import dev.fram.api.host.ServerHost;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Reach;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tunnels of one command, opened when the servers are first asked for and closed when the
 * command ends. Owned by the command's thread.
 */
public final class Tunnels implements AutoCloseable {
  private static final Set<String> MYSQL = Set.of("mysql", "mariadb");
  private static final int MYSQL_PORT = 3306;
  private static final int POSTGRESQL_PORT = 5432;

  private final Map<String, Way> ways = new LinkedHashMap<>();
  private final List<SshHost> machines = new ArrayList<>();

  /** The tunnels of one server, the nearest first. */
  private record Way(List<Tunnel> tunnels, Reach reach) {}

  /** The source, by its way. */
  public Endpoint source(Endpoint endpoint, SshPlan plan) {
    return led("source", endpoint, plan.source(), plan.keys());
  }

  /** The target, by its way. */
  public Endpoint target(Endpoint endpoint, SshPlan plan) {
    return led("target", endpoint, plan.target(), plan.keys());
  }

  /** The machine on which the target runs, by the target's jump hosts. Connects to nothing yet. */
  public ServerHost machine(JumpHost host, SshPlan plan) {
    SshHost made = new SshHost(host, () -> line(host, plan));
    machines.add(made);
    return made;
  }

  private static SshHost.Line line(JumpHost host, SshPlan plan) {
    String whose = "target's machine";
    String name = whose + " " + host.display();
    Optional<Way> way =
        plan.target().isEmpty()
            ? Optional.empty()
            : Optional.of(dig(name, whose, host.host(), host.port(), plan.target(), plan.keys()));
    SshLink link =
        new SshLink(
            name,
            host,
            way.map(Way::reach).map(Reach::address),
            plan.keys(),
            Identities.read(plan.keys()));
    return new SshHost.Line(link, way.map(Way::tunnels).orElse(List.of()));
  }

  /**
   * What has failed, and what a tunnel has to say of it: a driver sees no more than that its
   * connection ends.
   */
  public FramException explained(FramException failure) {
    if (failure.category() != ErrorCategory.TRANSIENT) {
      return failure;
    }
    return ways.values().stream()
        .flatMap(way -> way.tunnels().stream())
        .map(Tunnel::trouble)
        .flatMap(Optional::stream)
        .findFirst()
        .map(trouble ->
            new FramException(
                failure.code(), failure.seen() + " " + trouble.seen(), trouble.remedy(), failure))
        .orElse(failure);
  }

  @Override
  public void close() {
    for (Way way : ways.values()) {
      way.tunnels().reversed().forEach(Tunnel::close);
    }
    ways.clear();
    machines.forEach(SshHost::close);
    machines.clear();
  }

  private Endpoint led(String whose, Endpoint endpoint, List<JumpHost> hosts, SshKeys keys) {
    if (hosts.isEmpty()) {
      return endpoint;
    }
    Way way = ways.get(whose);
    if (way == null) {
      way =
          dig(
              whose + " " + endpoint.display(),
              whose,
              endpoint.host(),
              port(endpoint),
              hosts,
              keys);
      ways.put(whose, way);
    }
    return endpoint.through(way.reach());
  }

  private static Way dig(
      String name, String whose, String toHost, int toPort, List<JumpHost> hosts, SshKeys keys) {
    Identities identities = Identities.read(keys);
    List<Tunnel> tunnels = new ArrayList<>();
    List<Reach.Hop> hops = new ArrayList<>();
    Optional<InetSocketAddress> dial = Optional.empty();
    try {
      for (int i = 0; i < hosts.size(); i++) {
        boolean last = i == hosts.size() - 1;
        SshLink link = new SshLink(name, hosts.get(i), dial, keys, identities);
        Tunnel tunnel =
            Tunnel.open(
                whose,
                link,
                last ? toHost : hosts.get(i + 1).host(),
                last ? toPort : hosts.get(i + 1).port());
        tunnels.add(tunnel);
        link.connected();
        hops.add(link.hop());
        dial = Optional.of(tunnel.address());
      }
    } catch (FramException e) {
      FramException why =
          tunnels.stream().map(Tunnel::trouble).flatMap(Optional::stream).findFirst().orElse(e);
      tunnels.reversed().forEach(Tunnel::close);
      throw why;
    }
    InetSocketAddress mouth = tunnels.getLast().address();
    return new Way(tunnels, new Reach(mouth.getAddress().getHostAddress(), mouth.getPort(), hops));
  }

  private static int port(Endpoint endpoint) {
    if (endpoint.port() != 0) {
      return endpoint.port();
    }
    return MYSQL.contains(endpoint.scheme()) ? MYSQL_PORT : POSTGRESQL_PORT;
  }
}
