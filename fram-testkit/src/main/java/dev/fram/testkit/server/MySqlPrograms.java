// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An unpacked MySQL or MariaDB server and how it is run.
 *
 * @param base what the manual calls basedir
 * @param server the words that start the server, the dynamic loader before it where one is needed
 * @param places folders that its build looks for elsewhere
 * @param environment what its process needs in the environment
 */
record MySqlPrograms(
    Path base, List<String> server, Places places, Map<String, String> environment) {

  /**
   * Folders below the base.
   *
   * @param share messages and character sets
   * @param plugins what can be installed by INSTALL PLUGIN
   */
  record Places(Path share, Path plugins) {}

  /** The options that tell every start where its own files are. */
  List<String> options() {
    return List.of(
        "--basedir=" + base,
        "--lc-messages-dir=" + places.share(),
        "--character-sets-dir=" + places.share().resolve("charsets"),
        "--plugin-dir=" + places.plugins());
  }
}
