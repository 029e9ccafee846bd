// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

/**
 * One file of a Maven repository that carries a server's programs.
 *
 * @param group the artifact's group, with slashes
 * @param name the artifact id
 * @param release the artifact's version
 * @param sha256 what the file's bytes must hash to, in hexadecimal
 */
record Artifact(String group, String name, String release, String sha256) {

  String fileName() {
    return name + "-" + release + ".jar";
  }

  /** The path inside a Maven repository, local or remote. */
  String path() {
    return group + "/" + name + "/" + release + "/" + fileName();
  }
}
