// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.residency;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where the operator declares each machine to be; an empty text is nothing declared. The country's
 * code stands first: {@code DE, Falkenstein, hall 3}.
 *
 * @param source the source's place
 * @param target the target's
 * @param fram the place of the machine that Fram runs on
 * @param between the place of the machines that pass bytes on between it and the servers
 * @param allowed countries' codes and networks in CIDR form; none means that all is allowed
 */
public record Places(
    String source, String target, String fram, String between, List<String> allowed) {
  /** Where nothing stands between. */
  public Places(String source, String target, String fram, List<String> allowed) {
    this(source, target, fram, "", allowed);
  }

  public Places {
    allowed = List.copyOf(allowed);
  }

  public static Places none() {
    return new Places("", "", "", List.of());
  }

  /** The allowed countries, in capitals. */
  List<String> countries() {
    return allowed.stream()
        .filter(one -> !Network.looksLike(one))
        .map(one -> one.toUpperCase(Locale.ROOT))
        .toList();
  }

  /** The allowed networks. */
  List<Network> networks() {
    List<Network> networks = new ArrayList<>();
    allowed.stream().filter(Network::looksLike).map(Network::parse).forEach(networks::add);
    return networks;
  }

  /** The country of a declared place; empty when nothing is declared. */
  static String country(String place) {
    return place.split("[,; ]", 2)[0].strip().toUpperCase(Locale.ROOT);
  }
}
