// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.plan;

import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.core.figures.Amount;
import java.util.Optional;

/**
 * What the plan is about.
 *
 * @param source where the data leaves
 * @param target where it arrives
 * @param data what there is to move; empty where the source did not tell
 * @param recorded the phase of a migration that the target records already
 * @param writeBlockMillis a cutover that blocks writes for longer undoes itself
 */
public record Setting(
    ServerInfo source,
    ServerInfo target,
    Optional<DataSet> data,
    Optional<String> recorded,
    long writeBlockMillis) {

  /** How much there is to copy, in a sentence. */
  public String size() {
    if (data.isEmpty()) {
      return "not known; the source did not tell.";
    }
    DataSet known = data.get();
    String all =
        tables(known.followed().size())
            + ", about "
            + Amount.bytes(known.followedBytes())
            + " of rows on disk by the source's own estimate";
    return known.followed().stream()
        .findFirst()
        .filter(table -> known.followed().size() > 1)
        .map(largest ->
            all
                + "; the largest is "
                + largest.id()
                + " with "
                + Amount.bytes(largest.bytes())
                + ".")
        .orElse(all + ".");
  }

  /** What the applications will see of the cutover, in a few sentences. */
  public String outage() {
    String all =
        "at the cutover writes wait and reads go on. If writes wait for longer than "
            + Amount.time(writeBlockMillis)
            + " (--write-block-budget), the cutover undoes itself.";
    return data.filter(known -> !known.late().isEmpty())
        .map(known -> all + " " + late(known))
        .orElse(all);
  }

  private static String late(DataSet known) {
    int tables = known.late().size();
    return tables(tables)
        + (tables == 1 ? " is" : " are")
        + " copied whole meanwhile, "
        + Amount.bytes(known.lateBytes())
        + ": "
        + (known.lateMillis() < 1000
            ? "under a second"
            : "about " + Amount.time(known.lateMillis()))
        + " at the "
        + Amount.rate(Table.CAUTIOUS_RATE)
        + " that a cutover counts with. The largest is "
        + known.late().getFirst().id()
        + ".";
  }

  private static String tables(int count) {
    return Amount.count(count) + (count == 1 ? " table" : " tables");
  }
}
