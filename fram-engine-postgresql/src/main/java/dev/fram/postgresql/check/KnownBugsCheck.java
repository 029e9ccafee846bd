// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Minor releases before 13.21, 14.18, 15.13, 16.9 and 17.5 can lose changes in logical decoding
 * when a publication is altered under load, and move a slot's restart position backwards.
 */
final class KnownBugsCheck implements Question {
  /**
   * Release notes of 15.13 and its siblings: "data loss when DDL that doesn't take a strong lock".
   */
  private static final Map<Integer, Integer> FIXED_IN =
      Map.of(13, 21, 14, 18, 15, 13, 16, 9, 17, 5);

  @Override
  public String code() {
    return "known-bugs";
  }

  @Override
  public String about() {
    return "Minor releases before 13.21, 14.18, 15.13, 16.9 and 17.5 can lose changes in logical decoding when a publication is altered under load, and move a slot's restart position backwards.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    int minor = source.versionNumber() % 10_000;
    int fixed = FIXED_IN.getOrDefault(source.major(), 0);
    if (minor < fixed) {
      return warn(
          source.name()
              + ": minor release "
              + source.major()
              + "."
              + minor
              + " has known faults in logical decoding, repaired in "
              + source.major()
              + "."
              + fixed
              + ".",
          "Update the source to the newest minor release first. Fram waits after each change of its"
              + " publication, which avoids the worst of them.");
    }
    return pass(source.name() + ": no known fault in " + source.major() + "." + minor + ".");
  }
}
