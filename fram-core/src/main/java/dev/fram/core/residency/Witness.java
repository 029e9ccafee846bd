// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Reach;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.probe.LinkProbe;
import dev.fram.api.probe.ServerCertificate;
import dev.fram.api.probe.SourceProbe;
import dev.fram.api.probe.TargetProbe;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.journal.Journal;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes down at the beginning of a run between which machines it moves data, as seen from here.
 * Opens one session to each server for a moment. States facts, and judges none.
 */
public final class Witness {
  private static final int ROUND_TRIPS = 5;

  /** Light in fibre goes 200 km in a millisecond; a round trip goes there and back. */
  private static final int MICROS_A_KILOMETRE = 10;

  /** A migration that is started again and again must not fill the target. */
  private static final int MOST = 200;

  private static final String RUN = "run";

  private final Route route;
  private final RouteRequest request;
  private final Places places;
  private final List<String> others;
  private final Clock clock;

  /**
   * @param others what else Fram connects to: switches of the traffic and the probe's address
   */
  public Witness(
      Route route, RouteRequest request, Places places, List<String> others, Clock clock) {
    this.route = route;
    this.request = request;
    this.places = places;
    this.others = List.copyOf(others);
    this.clock = clock;
  }

  /** Adds an entry, unless the last run was the same in all but its round trips. */
  public void record(Journal journal, String by) {
    Chain chain = journal.store().kept(Chain.NAME).flatMap(Chain::read).orElseGet(Chain::empty);
    Map<String, Object> facts = facts(by);
    boolean same = chain.last().filter(e -> lasting(e.facts()).equals(lasting(facts))).isPresent();
    if (!same && chain.entries().size() < MOST) {
      journal
          .store()
          .keep(journal.epoch(), Chain.NAME, chain.plus(clock.millis(), RUN, facts).json());
    }
  }

  private Map<String, Object> facts(String by) {
    List<InetAddress> there = new ArrayList<>(first(request.source()));
    there.addAll(first(request.target()));
    Map<String, Object> here = new TreeMap<>();
    here.put("host", Machine.name());
    here.put("addresses", Machine.texts(Machine.here(there)));
    here.put("process", by);
    here.put("declared_place", declared(places.fram()));
    Map<String, Object> facts = new TreeMap<>();
    facts.put("fram", here);
    facts.put("source", source());
    facts.put("target", target());
    List<String> connections =
        new ArrayList<>(List.of(way(request.source()), way(request.target())));
    connections.addAll(others);
    facts.put("connections", connections);
    facts.put(
        "about_connections",
        "Fram connects to these only, as it is set up; a command that it runs by order (a hook, a"
            + " password command) is not seen by it.");
    return facts;
  }

  private Map<String, Object> source() {
    Map<String, Object> end = end(request.source(), route.source().server(), places.source());
    try (SourceProbe probe = route.sourceProbe()) {
      link(end, probe.link());
    } catch (FramException e) {
      end.put("link", "not measured: " + e.code());
    }
    return end;
  }

  private Map<String, Object> target() {
    Map<String, Object> end = end(request.target(), route.target().server(), places.target());
    try (TargetProbe probe = route.targetProbe()) {
      link(end, probe.link());
    } catch (FramException e) {
      end.put("link", "not measured: " + e.code());
    }
    return end;
  }

  private Map<String, Object> end(Endpoint endpoint, ServerInfo server, String place) {
    String between = places.between();
    Map<String, Object> end = new TreeMap<>();
    end.put("host", endpoint.host());
    end.put("port", endpoint.port() == 0 ? "the usual one" : Integer.toString(endpoint.port()));
    end.put("database", endpoint.database());
    end.put("login", endpoint.user().isEmpty() ? "the usual one" : endpoint.user());
    end.put("addresses", Machine.texts(addresses(endpoint.host())));
    endpoint
        .reach()
        .ifPresent(reach -> {
          end.put("way", reach.hops().stream().map(Witness::hop).toList());
          end.put("way_declared_place", declared(between));
          end.put(
              "about_way",
              "Bytes go through these machines. The last one looks up the server's name and connects"
                  + " to it; the addresses are those that this machine finds for the name, if any.");
        });
    end.put("product", server.product() + " " + server.version());
    end.put("declared_place", declared(place));
    return end;
  }

  private static Map<String, Object> hop(Reach.Hop hop) {
    Map<String, Object> facts = new TreeMap<>();
    facts.put("host", hop.host());
    facts.put("port", Integer.toString(hop.port()));
    facts.put("login", hop.user());
    facts.put("address", hop.address().isEmpty() ? "seen by the hop before" : hop.address());
    facts.put("key", hop.key());
    return facts;
  }

  /** {@code db:5432/shop through fram@jump:22}. */
  private static String way(Endpoint endpoint) {
    return endpoint.display()
        + endpoint
            .reach()
            .map(reach ->
                " through "
                    + reach.hops().stream()
                        .map(Reach.Hop::display)
                        .collect(Collectors.joining(", then ")))
            .orElse("");
  }

  /** The addresses that this machine itself sends to. */
  private static List<InetAddress> first(Endpoint endpoint) {
    return endpoint
        .reach()
        .map(reach -> addresses(reach.hops().getFirst().host()))
        .orElseGet(() -> addresses(endpoint.host()));
  }

  private void link(Map<String, Object> end, LinkProbe link) {
    Optional<LinkProbe.Tls> tls = link.tls();
    end.put("tls", tls.map(t -> t.version() + ", " + t.cipher()).orElse("none: not encrypted"));
    tls.ifPresent(t ->
        end.put(
            "certificate",
            t.certificate()
                .<Object>map(Witness::certificate)
                .orElse("cannot be seen: the driver's own socket factory is not in use")));
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ROUND_TRIPS; i++) {
      long began = clock.nanos();
      link.roundTrip();
      least = Math.min(least, (clock.nanos() - began) / 1000);
    }
    end.put("round_trip_micros", least);
    end.put("at_most_kilometres_away", Math.max(1, least / MICROS_A_KILOMETRE));
  }

  private static Map<String, Object> certificate(ServerCertificate shown) {
    Map<String, Object> facts = new TreeMap<>();
    facts.put("subject", shown.subject());
    facts.put("issuer", shown.issuer());
    facts.put("sha256", shown.sha256());
    facts.put("valid_from", Instant.ofEpochMilli(shown.beginsMillis()).toString());
    facts.put("valid_until", Instant.ofEpochMilli(shown.endsMillis()).toString());
    facts.put("checked", shown.checked().words());
    return facts;
  }

  private static List<InetAddress> addresses(String host) {
    try {
      return Machine.of(host, host);
    } catch (FramException e) {
      return List.of();
    }
  }

  private static String declared(String place) {
    return place.isEmpty() ? "nothing declared" : place;
  }

  /** Without what differs each time. */
  private static Object lasting(Object facts) {
    if (!(facts instanceof Map<?, ?> map)) {
      return String.valueOf(facts);
    }
    Map<String, Object> kept = new TreeMap<>();
    map.forEach((key, value) -> {
      String name = String.valueOf(key);
      if (!name.equals("round_trip_micros")
          && !name.equals("at_most_kilometres_away")
          && !name.equals("process")) {
        kept.put(name, lasting(value == null ? "" : value));
      }
    });
    return kept;
  }
}
