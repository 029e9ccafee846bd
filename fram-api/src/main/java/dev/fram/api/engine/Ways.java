// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.List;

/**
 * What an engine offers.
 *
 * @param offered the one that needs the least of the servers first: at least one
 * @param others ways that people know from elsewhere and this version of Fram does not offer
 */
public record Ways(List<Way> offered, List<String> others) {
  public Ways {
    offered = List.copyOf(offered);
    others = List.copyOf(others);
  }
}
