// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether both servers and this machine are where the operator allows them to be: by the country
 * that is declared of each, and by every address that its name has. Looks up names, connects to
 * nothing.
 */
public final class ResidencyRules {
  private final Places places;
  private final List<String> refusals = new ArrayList<>();

  public ResidencyRules(Places places) {
    this.places = places;
  }

  /**
   * @throws FramException RESIDENCY_REFUSED, naming each that is not allowed; CONFIG_INVALID
   */
  public void check(Endpoint source, Endpoint target) {
    check(source, target, List.of());
  }

  /**
   * The same with machines that pass bytes on. The last of them looks the server's name up; here
   * the name must have an address too, or it cannot be judged.
   *
   * @param between their names
   * @throws FramException RESIDENCY_REFUSED, naming each that is not allowed; CONFIG_INVALID
   */
  public void check(Endpoint source, Endpoint target, List<String> between) {
    if (places.allowed().isEmpty()) {
      return;
    }
    country("source " + source.display(), places.source(), "--source-place");
    country("target " + target.display(), places.target(), "--target-place");
    country("this machine", places.fram(), "--fram-place");
    for (String host : between) {
      country("jump host " + host, places.between(), "--ssh-place");
    }
    List<Network> networks = places.networks();
    if (!networks.isEmpty()) {
      List<InetAddress> there = new ArrayList<>(Machine.of(source));
      network("source " + source.display(), Machine.of(source), networks);
      network("target " + target.display(), Machine.of(target), networks);
      there.addAll(Machine.of(target));
      for (String host : between) {
        List<InetAddress> hop = Machine.of(host, "jump host " + host);
        network("jump host " + host, hop, networks);
        there.addAll(hop);
      }
      network("this machine", Machine.here(there), networks);
    }
    if (!refusals.isEmpty()) {
      throw new FramException(
          ErrorCode.RESIDENCY_REFUSED,
          String.join(" ", refusals),
          "Nothing was connected to. Move it to where it is allowed to be, or change"
              + " residency-allow if that is what you want.");
    }
  }

  private void country(String what, String place, String flag) {
    List<String> allowed = places.countries();
    if (allowed.isEmpty()) {
      return;
    }
    String country = Places.country(place);
    if (country.isEmpty()) {
      refusals.add(what + ": no place is declared (" + flag + ").");
    } else if (!allowed.contains(country)) {
      refusals.add(
          what
              + ": is declared to be in "
              + country
              + ", allowed are "
              + String.join(", ", allowed)
              + ".");
    }
  }

  private void network(String what, List<InetAddress> addresses, List<Network> networks) {
    for (InetAddress address : addresses) {
      if (networks.stream().noneMatch(network -> network.holds(address))) {
        refusals.add(
            what + ": " + address.getHostAddress() + " is in none of the networks allowed.");
      }
    }
  }
}
