// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.traffic;

/**
 * Where a proxy leads now and where it shall lead, as the proxy knows these servers: Fram may come
 * to them by another way.
 *
 * @param from what it leads to now
 * @param to what it shall lead to
 * @param word the setting that says what {@code from} is
 */
public record Ends(Address from, Address to, String word) {
  /** The settings' names, for whoever lists what it knows. */
  public static final String SOURCE = "source-address";

  public static final String TARGET = "target-address";

  /**
   * @param standardPort of an address that has none; 0 leaves it open
   */
  public static Ends of(SwitchOptions options, TrafficMove move, int standardPort) {
    boolean forward = move.direction() == TrafficMove.Direction.FORWARD;
    String from = forward ? SOURCE : TARGET;
    String to = forward ? TARGET : SOURCE;
    return new Ends(
        options.address(from).orElseGet(() -> move.from().address().orPort(standardPort)),
        options.address(to).orElseGet(() -> move.to().address().orPort(standardPort)),
        from);
  }

  /** What a person may do when the proxy leads elsewhere. */
  public String remedy() {
    return "If that is the same server, set " + word + " to it.";
  }
}
