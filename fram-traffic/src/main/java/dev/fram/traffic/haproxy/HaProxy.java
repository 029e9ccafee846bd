// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.haproxy;

import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.Ends;
import dev.fram.api.traffic.SwitchCheck;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import dev.fram.traffic.file.WholeFile;
import dev.fram.traffic.socket.Place;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One HAProxy. The server gets another address, and the sessions to the old one are closed on
 * purpose: each client gets one error, connects again, and is on the target. Nothing is paused:
 * raising a frontend's maxconn while connections wait hangs HAProxy before late 2024 until its
 * watchdog kills it (haproxy issue 2726; seen with Debian 12's 2.6.12). Keeps nothing from one step
 * to the next.
 */
final class HaProxy implements TrafficSwitch {
  private final RuntimeApi api;
  private final Place place;
  private final WholeFile file;
  private final String backend;
  private final String server;
  private final Ends ends;
  private final Address from;
  private final Address to;

  HaProxy(SwitchOptions options, TrafficMove move) {
    this.place = Place.parse(options.required("socket")).orElseThrow();
    this.api = new RuntimeApi(place);
    this.file = new WholeFile(Path.of(options.required("config")));
    this.backend = options.required("backend");
    this.server = options.required("server");
    this.ends = Ends.of(options, move, 0);
    this.from = ends.from();
    this.to = ends.to();
  }

  @Override
  public String name() {
    return "haproxy " + place + " " + backend + "/" + server;
  }

  @Override
  public SwitchCheck check() {
    List<String> obstacles = new ArrayList<>();
    if (from.port() == 0 || to.port() == 0) {
      obstacles.add("the ports are not known. Set source-address and target-address.");
    }
    obstacles.addAll(fileObstacles());
    try {
      if (!api.ask("show cli level").equals("admin")) {
        obstacles.add("its socket has not level admin. Add it to the line \"stats socket\".");
      }
      obstacles.addAll(serverObstacles());
    } catch (IOException e) {
      obstacles.add("the runtime API cannot be asked: " + e.getMessage() + ".");
    }
    return new SwitchCheck(
        "would point it from " + from + " to " + to + " and close its old sessions", obstacles);
  }

  @Override
  public SwitchOutcome pause(Duration limit) {
    return SwitchOutcome.done();
  }

  /** The file first: a HAProxy that dies from here on comes back with the right server. */
  @Override
  public SwitchOutcome redirect() {
    try {
      ServerLine before = new ServerLine(file.read(), backend, server);
      if (before.address().isEmpty()) {
        return new SwitchOutcome.NotDone(
            file.path() + " has no such server any more.", "", Again.BY_HAND);
      }
      if (!before.address().equals(Optional.of(to))) {
        file.replace(before.pointing(to).text());
      }
    } catch (IOException e) {
      return new SwitchOutcome.NotDone(
          file.path() + " could not be changed: " + e.getMessage() + ".", "", Again.LATER);
    }
    try {
      String ip = InetAddress.getByName(to.host()).getHostAddress();
      String name = backend + "/" + server;
      String answer = api.ask("set server " + name + " addr " + ip + " port " + to.port());
      Optional<String> leadsTo = leadsTo(to);
      if (leadsTo.isEmpty()) {
        return new SwitchOutcome.NotDone(
            "It does not lead to " + to + " after \"set server\" (" + answer + ").",
            "",
            Again.LATER);
      }
      // Its checks have spoken of the old server so far; the new ones will speak for themselves.
      api.ask("set server " + name + " health up");
      new OldSessions(api, backend, server).close(leadsTo.get());
      return SwitchOutcome.done();
    } catch (IOException e) {
      return failed(e);
    }
  }

  @Override
  public SwitchOutcome resume() {
    return SwitchOutcome.done();
  }

  /** Before the hand-over nothing was touched. */
  @Override
  public SwitchOutcome undo() {
    return SwitchOutcome.done();
  }

  /** As HAProxy writes it, {@code address:port}; empty when it leads elsewhere. */
  private Optional<String> leadsTo(Address address) throws IOException {
    for (Map<String, String> row : api.servers(backend)) {
      String ip = row.getOrDefault("srv_addr", "");
      String port = row.getOrDefault("srv_port", "");
      if (server.equals(row.get("srv_name"))
          && String.valueOf(address.port()).equals(port)
          && isAt(ip, address.host())) {
        return Optional.of(ip + ":" + port);
      }
    }
    return Optional.empty();
  }

  /** A server without an address has "-". An IPv6 address may be written in several ways. */
  private static boolean isAt(String ip, String host) throws IOException {
    return ip.matches("[0-9a-fA-F.:]+")
        && List.of(InetAddress.getAllByName(host)).contains(InetAddress.getByName(ip));
  }

  private List<String> serverObstacles() throws IOException {
    List<Map<String, String>> servers = api.servers(backend);
    List<String> names = servers.stream().map(row -> row.getOrDefault("srv_name", "")).toList();
    if (!names.contains(server)) {
      return List.of("it knows no server " + backend + "/" + server + ".");
    }
    List<String> obstacles = new ArrayList<>();
    if (names.size() > 1) {
      obstacles.add(
          "its backend has more servers ("
              + String.join(", ", names)
              + "), which would not be moved. Give this one a backend of its own.");
    }
    if (leadsTo(from).isEmpty()) {
      obstacles.add("it does not lead to " + from + " now. " + ends.remedy());
    }
    return obstacles;
  }

  private List<String> fileObstacles() {
    try {
      ServerLine line = new ServerLine(file.read(), backend, server);
      List<String> obstacles = new ArrayList<>();
      if (!line.address().equals(Optional.of(from))) {
        obstacles.add(
            file.path()
                + ": server "
                + server
                + " leads to "
                + line.address().map(Address::toString).orElse("nowhere")
                + ", not to "
                + from
                + ". "
                + ends.remedy());
      }
      if (line.resolved()) {
        obstacles.add(
            file.path()
                + ": server "
                + server
                + " asks name servers (resolvers), which would overrule the switch. Take that out.");
      }
      if (!file.replaceable()) {
        obstacles.add(file.path() + " cannot be replaced. Let Fram write to it and to its folder.");
      }
      return obstacles;
    } catch (IOException e) {
      return List.of(file.path() + " cannot be read: " + e.getMessage() + ".");
    }
  }

  private static SwitchOutcome failed(IOException e) {
    return new SwitchOutcome.NotDone(
        "The runtime API does not answer: " + e.getMessage() + ".",
        "Look whether HAProxy runs.",
        Again.LATER);
  }
}
