// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

/**
 * One jar of a Maven repository that carries a server's programs.
 *
 * @param name the artifact id in the group io.zonky.test.postgres
 * @param release the artifact's version
 * @param sha256 what the jar's bytes must hash to, in hexadecimal
 */
record Artifact(String name, String release, String sha256) {
  private static final String GROUP = "io/zonky/test/postgres";

  String fileName() {
    return name + "-" + release + ".jar";
  }

  /** The path inside a Maven repository, local or remote. */
  String path() {
    return GROUP + "/" + name + "/" + release + "/" + fileName();
  }
}
